"""Model packages without a group, and those with a source, through a real boto3 client."""

from typing import Any

import pytest
from botocore.exceptions import ClientError

from worlds.errors import error
from worlds.execution_world import BUCKET, INFERENCE, World, archive

ARN = "arn:aws:sagemaker:us-east-1:000000000000"


@pytest.fixture(scope="module")
def sagemaker(world: World) -> Any:
    return world.sagemaker


@pytest.fixture(scope="module")
def artefact(world: World) -> str:
    return world.upload("packaged.tar.gz", archive({"code/inference.py": "pass"}))


def specification(artefact: str) -> dict[str, Any]:
    return {"Containers": [{"Image": INFERENCE, "ModelDataUrl": artefact}]}


def names(sagemaker: Any, **request: str) -> list[str]:
    found = sagemaker.list_model_packages(**request, MaxResults=100)["ModelPackageSummaryList"]
    return [one.get("ModelPackageName") or one["ModelPackageGroupName"] for one in found]


def test_a_package_without_a_group_has_neither_version_nor_approval(
    sagemaker: Any, artefact: str
) -> None:
    request = {
        "ModelPackageName": "Alone",
        "InferenceSpecification": specification(artefact),
        "Tags": [{"Key": "team", "Value": "blue"}],
    }
    arn = sagemaker.create_model_package(**request)["ModelPackageArn"]
    assert arn == f"{ARN}:model-package/alone"
    for known_as in ("Alone", arn):
        found = sagemaker.describe_model_package(ModelPackageName=known_as)
        assert (found["ModelPackageName"], found["ModelPackageStatus"]) == ("Alone", "Completed")
        assert not {"ModelPackageVersion", "ModelApprovalStatus"} & set(found)
    assert sagemaker.list_tags(ResourceArn=arn)["Tags"] == request["Tags"]
    with pytest.raises(ClientError) as raised:
        sagemaker.create_model_package(**request)
    assert error(raised) == ("ValidationException", f"ModelPackage already exists: {arn}")
    assert names(sagemaker) == ["Alone"]  # the default is UNVERSIONED
    sagemaker.create_model_package_group(ModelPackageGroupName="grouped")
    sagemaker.create_model_package(ModelPackageGroupName="grouped")
    assert names(sagemaker, ModelPackageType="Versioned") == ["grouped"]
    assert names(sagemaker, ModelPackageType="Both", SortBy="Name") == ["Alone", "grouped"]
    sagemaker.delete_model_package(ModelPackageName="Alone")
    assert names(sagemaker) == []
    with pytest.raises(ClientError) as raised:
        sagemaker.describe_model_package(ModelPackageName="Alone")
    assert error(raised) == ("ValidationException", f"ModelPackage {arn} does not exist.")
    with pytest.raises(ClientError) as raised:
        sagemaker.create_model_package(InferenceSpecification=specification(artefact))
    assert error(raised) == ("ValidationException", "Missing ARN.")


def test_a_package_is_registered_from_a_model_and_cloned_from_a_package(
    world: World, sagemaker: Any, artefact: str
) -> None:
    container = {"Image": INFERENCE, "ModelDataUrl": artefact, "Environment": {"A": "b"}}
    model = sagemaker.create_model(
        ModelName="Source", ExecutionRoleArn=world.role, PrimaryContainer=container
    )["ModelArn"]
    sagemaker.create_model_package_group(ModelPackageGroupName="registered")

    def register(source: str) -> dict[str, Any]:
        made = sagemaker.create_model_package(ModelPackageGroupName="registered", SourceUri=source)
        found: dict[str, Any] = sagemaker.describe_model_package(
            ModelPackageName=made["ModelPackageArn"]
        )
        return found

    first = register(model)
    (registered,) = first["InferenceSpecification"]["Containers"]
    etag = registered.pop("ModelDataETag")
    assert (first["SourceUri"], registered) == (model, container)
    second = register(first["ModelPackageArn"])
    assert second["ModelPackageVersion"] == 2
    assert second["InferenceSpecification"] == {
        "Containers": [{**container, "ModelDataETag": etag}]
    }


def test_another_source_is_set_afterwards(sagemaker: Any, artefact: str) -> None:
    sagemaker.create_model_package_group(ModelPackageGroupName="logged")
    arn = sagemaker.create_model_package(
        ModelPackageGroupName="logged", InferenceSpecification=specification(artefact)
    )["ModelPackageArn"]
    sagemaker.update_model_package(ModelPackageArn=arn, SourceUri=f"s3://{BUCKET}/mlflow/model")
    found = sagemaker.describe_model_package(ModelPackageName=arn)
    assert found["SourceUri"] == f"s3://{BUCKET}/mlflow/model"
    assert "InferenceSpecification" in found
    with pytest.raises(ClientError) as raised:
        sagemaker.update_model_package(ModelPackageArn=arn, SourceUri=arn)
    assert error(raised) == (
        "ValidationException",
        "SourceUri of a package can be changed in localcloud to a place that is no ARN alone",
    )


def test_a_source_that_is_not_there_is_named(sagemaker: Any) -> None:
    sagemaker.create_model_package_group(ModelPackageGroupName="sourceless")
    for source, message in (
        (f"{ARN}:model/no", f'Could not find model "{ARN}:model/no".'),
        (f"{ARN}:model-package/no/1", f"ModelPackage {ARN}:model-package/no/1 does not exist."),
    ):
        with pytest.raises(ClientError) as raised:
            sagemaker.create_model_package(ModelPackageGroupName="sourceless", SourceUri=source)
        assert error(raised) == ("ValidationException", message)
