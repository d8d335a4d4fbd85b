"""Models of several containers and of model packages, behind endpoints, through real boto3."""

from typing import Any

import pytest
from botocore.exceptions import ClientError

from worlds.errors import error
from worlds.execution_world import BUCKET, INFERENCE, World, archive
from worlds.served_model import variant
from worlds.transforms import end, start
from worlds.waiting import until

ARN = "arn:aws:sagemaker:us-east-1:000000000000"
STEP = """
    import os

    def model_fn(_):
        print("loading", flush=True)
        return os.environ.get("MARK", "?")

    def transform_fn(mark, body, content_type, accept):
        body = body if isinstance(body, str) else bytes(body).decode()
        if body == "fail" and mark == "second":
            raise ValueError("broken inside")
        return f"{body} {mark}({content_type})", "text/plain" if mark == "first" else accept
"""


@pytest.fixture(scope="module")
def artefact(world: World) -> str:
    return world.upload("models/step.tar.gz", archive({"code/inference.py": STEP}))


def container(artefact: str, mark: str, **more: Any) -> dict[str, Any]:
    return {
        "Image": INFERENCE,
        "ModelDataUrl": artefact,
        "Environment": {"MARK": mark},
        **more,
    }


def serve(world: World, name: str, **model: Any) -> dict[str, Any]:
    world.sagemaker.create_model(ModelName=name, ExecutionRoleArn=world.role, **model)
    world.sagemaker.create_endpoint_config(
        EndpointConfigName=name, ProductionVariants=[variant("AllTraffic", name)]
    )
    world.sagemaker.create_endpoint(EndpointName=name, EndpointConfigName=name)
    return world.wait_for_endpoint(name)


def ask(world: World, endpoint: str, body: str = "a", **more: str) -> str:
    answer = world.client("sagemaker-runtime").invoke_endpoint(
        EndpointName=endpoint, Body=body.encode(), ContentType="text/csv", **more
    )
    text: str = answer["Body"].read().decode()
    return text


def test_containers_of_a_pipeline_answer_one_after_the_other(world: World, artefact: str) -> None:
    containers = [container(artefact, "first"), container(artefact, "second")]
    endpoint = serve(world, "pipeline", Containers=containers)
    assert endpoint["EndpointStatus"] == "InService", endpoint
    (serving,) = endpoint["ProductionVariants"]
    assert [one["SpecifiedImage"] for one in serving["DeployedImages"]] == [INFERENCE] * 2
    described = world.sagemaker.describe_model(ModelName="pipeline")
    assert described["Containers"] == containers
    assert "PrimaryContainer" not in described
    assert ask(world, "pipeline", Accept="text/csv") == "a first(text/csv) second(text/plain)"

    def streams() -> dict[str, list[str]]:
        return world.log("/aws/sagemaker/Endpoints/pipeline", "AllTraffic/")

    assert until(lambda: len(streams()) == len(containers))
    assert {stream.rpartition("/")[2] for stream in streams()} == {"container-1", "container-2"}
    assert until(lambda: all("loading" in lines for lines in streams().values()))


def test_a_target_is_refused_where_nothing_is_asked_directly(world: World) -> None:
    with pytest.raises(ClientError) as raised:
        world.client("sagemaker-runtime").invoke_endpoint(
            EndpointName="pipeline", Body=b"fail", TargetContainerHostname="container-1"
        )
    assert error(raised) == (
        "ValidationError",
        "TargetContainerHostname is not allowed: the endpoint has no direct invocation.",
    )
    world.sagemaker.delete_endpoint(EndpointName="pipeline")


def test_a_container_is_asked_directly(world: World, artefact: str) -> None:
    containers = [
        container(artefact, mark, ContainerHostname=f"{mark}-host") for mark in ("first", "second")
    ]
    direct = {"Mode": "Direct"}
    endpoint = serve(world, "direct", Containers=containers, InferenceExecutionConfig=direct)
    assert endpoint["EndpointStatus"] == "InService", endpoint
    assert ask(world, "direct", TargetContainerHostname="first-host") == "a first(text/csv)"
    assert ask(world, "direct", TargetContainerHostname="second-host") == "a second(text/csv)"
    for target, message in (
        ({}, "TargetContainerHostname is required for direct invocation."),
        ({"TargetContainerHostname": "third"}, "Container third not found."),
    ):
        with pytest.raises(ClientError) as raised:
            ask(world, "direct", **target)
        assert error(raised) == ("ValidationError", message)
    with pytest.raises(ClientError) as raised:
        ask(world, "direct", "fail", TargetContainerHostname="second-host")
    code, message = error(raised)
    assert code == "ModelError"
    assert message.startswith("Received server error (500) from second-host with message ")
    world.sagemaker.delete_endpoint(EndpointName="direct")


def test_a_pipeline_transforms_in_batches(world: World, artefact: str) -> None:
    world.sagemaker.create_model(
        ModelName="batched",
        ExecutionRoleArn=world.role,
        Containers=[container(artefact, "first"), container(artefact, "second")],
    )
    world.upload("batched/in/a.csv", "one")
    start(world, "batched", "batched")
    assert end(world, "batched")["TransformJobStatus"] == "Completed"
    assert world.read("batched/out/a.csv.out") == b"one first(text/csv) second(text/plain)"


def test_an_approved_version_is_deployed(world: World, artefact: str) -> None:
    sagemaker = world.sagemaker
    sagemaker.create_model_package_group(ModelPackageGroupName="steps")
    arn = sagemaker.create_model_package(
        ModelPackageGroupName="steps",
        InferenceSpecification={"Containers": [container(artefact, "packaged")]},
    )["ModelPackageArn"]
    model = {"Containers": [{"ModelPackageName": arn}]}
    with pytest.raises(ClientError) as raised:
        serve(world, "versioned", **model)
    assert error(raised) == (
        "ValidationException",
        f"ModelPackage {arn} cannot be deployed: its ModelApprovalStatus is PendingManualApproval, "
        "and must be Approved",
    )
    sagemaker.update_model_package(ModelPackageArn=arn, ModelApprovalStatus="Approved")
    assert serve(world, "versioned", **model)["EndpointStatus"] == "InService"
    assert ask(world, "versioned", Accept="text/csv") == "a packaged(text/csv)"
    described = sagemaker.describe_model(ModelName="versioned")
    assert described["PrimaryContainer"] == {"ModelPackageName": arn}
    world.sagemaker.delete_endpoint(EndpointName="versioned")


@pytest.mark.parametrize(
    ("model", "message"),
    [
        (
            {"PrimaryContainer": {"ModelPackageName": "nobody"}},
            f"ModelPackage {ARN}:model-package/nobody does not exist.",
        ),
        (
            {"PrimaryContainer": {"ModelPackageName": "nobody", "Image": INFERENCE}},
            "Image and ModelDataUrl are not allowed beside ModelPackageName",
        ),
        ({}, "A model needs either PrimaryContainer or Containers"),
        (
            {"Containers": [{"Image": INFERENCE, "ContainerHostname": "a"}, {"Image": INFERENCE}]},
            "ContainerHostname must be given for every container or for none, and no name twice; "
            "it is given as a",
        ),
        (
            {
                "PrimaryContainer": {"Image": INFERENCE},
                "InferenceExecutionConfig": {"Mode": "Direct"},
            },
            "InferenceExecutionConfig.Mode Direct needs several containers",
        ),
        (
            {"PrimaryContainer": {"Image": INFERENCE, "Mode": "MultiModel"}},
            "Mode MultiModel is not supported by localcloud",
        ),
        (
            {
                "Containers": [
                    {"Image": INFERENCE},
                    {"Image": INFERENCE, "ModelDataUrl": f"s3://{BUCKET}/none"},
                ]
            },
            f"Could not find model data at s3://{BUCKET}/none.",
        ),
    ],
)
def test_a_model_that_cannot_be_served_is_refused(
    world: World, model: dict[str, Any], message: str
) -> None:
    with pytest.raises(ClientError) as raised:
        world.sagemaker.create_model(ModelName="refused", ExecutionRoleArn=world.role, **model)
    assert error(raised) == ("ValidationException", message)
