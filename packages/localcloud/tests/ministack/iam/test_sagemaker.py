"""Enforced IAM: SageMaker's jobs and records."""

from typing import Any

import pytest
from botocore.exceptions import ClientError

from worlds.enforced_iam import BUCKET, SAGEMAKER
from worlds.execution_world import SKLEARN
from worlds.iam_world import IamWorld, Person, allow, not_allowed, refusal
from worlds.waiting import until


def job(name: str, role: str, **changes: Any) -> dict[str, Any]:
    cluster = {"InstanceCount": 1, "InstanceType": "ml.m5.large", "VolumeSizeInGB": 5}
    return {
        "ProcessingJobName": name,
        "RoleArn": role,
        "AppSpecification": {"ImageUri": SKLEARN, "ContainerEntrypoint": ["true"]},
        "ProcessingResources": {"ClusterConfig": cluster},
        **changes,
    }


def ended(person: Person, name: str) -> dict[str, Any]:
    sagemaker = person.client("sagemaker")
    description: dict[str, Any] = until(
        lambda: sagemaker.describe_processing_job(ProcessingJobName=name),
        lambda job: job["ProcessingJobStatus"] not in ("InProgress", "Stopping"),
    )
    return description


def test_a_job_needs_the_right_to_create_to_tag_and_to_pass_its_role(world: IamWorld) -> None:
    person, role = world.person(), world.role()
    name = world.name("job")
    arn, tags = f"{SAGEMAKER}:processing-job/{name}", [{"Key": "environment", "Value": "local"}]
    passing = {"StringEquals": {"iam:PassedToService": "sagemaker.amazonaws.com"}}
    rights = [
        (allow("sagemaker:CreateProcessingJob", on=arn), "sagemaker:CreateProcessingJob", arn),
        (allow("sagemaker:AddTags", on=arn), "sagemaker:AddTags", arn),
        (allow("iam:PassRole", on=role, **passing), "iam:PassRole", role),
    ]
    sagemaker, given = person.client("sagemaker"), []
    for statement, action, resource in rights:
        with pytest.raises(ClientError) as caught:
            sagemaker.create_processing_job(**job(name, role, Tags=tags))
        assert refusal(caught.value) == (
            "AccessDeniedException",
            not_allowed(person, action, resource),
        )
        given.append(statement)
        world.permit(person.role, *given)
    created = sagemaker.create_processing_job(**job(name, role, Tags=tags))
    assert created["ProcessingJobArn"] == arn


def test_to_list_knows_no_resources(world: IamWorld) -> None:
    person = world.person(allow("sagemaker:ListModels", on=f"{SAGEMAKER}:model/*"))
    with pytest.raises(ClientError) as caught:
        person.client("sagemaker").list_models()
    message = not_allowed(person, "sagemaker:ListModels", "*")
    assert refusal(caught.value) == ("AccessDeniedException", message)


def test_a_job_fails_when_its_role_may_not_pull_the_image(world: IamWorld) -> None:
    role, name = world.role(allow("ecr:GetAuthorizationToken")), world.name("job")
    world.owner.client("sagemaker").create_processing_job(**job(name, role))
    session = f"arn:aws:sts::000000000000:assumed-role/{role.rpartition('/')[2]}/{name}"
    assert ended(world.owner, name)["FailureReason"] == (
        f"ClientError: User: {session} is not authorized to perform: "
        "ecr:BatchCheckLayerAvailability on resource: "
        "arn:aws:ecr:us-east-1:683313688378:repository/sagemaker-scikit-learn because no "
        "identity-based policy allows the ecr:BatchCheckLayerAvailability action"
    )


def test_a_job_reads_with_its_role(world: IamWorld) -> None:
    role, name = world.role(allow("ecr:*", "logs:*", "s3:ListBucket")), world.name("job")
    source = {
        "S3Uri": f"s3://{BUCKET}/data",
        "LocalPath": "/opt/ml/processing/input",
        "S3DataType": "S3Prefix",
        "S3InputMode": "File",
    }
    inputs = [{"InputName": "data", "S3Input": source}]
    world.owner.client("sagemaker").create_processing_job(
        **job(name, role, ProcessingInputs=inputs)
    )
    reason = ended(world.owner, name)["FailureReason"]
    assert reason.startswith("ClientError: Data download failed: 403")


def test_what_sagemaker_does_with_a_role_counts_as_tls(world: IamWorld) -> None:
    by_tls = {"Bool": {"aws:SecureTransport": "true"}}
    role, name = world.role(allow("ecr:*", "logs:*", **by_tls)), world.name("job")
    world.owner.client("sagemaker").create_processing_job(**job(name, role))
    done = ended(world.owner, name)
    assert done["ProcessingJobStatus"] == "Completed", done


def test_a_record_needs_its_group(world: IamWorld) -> None:
    owner, name = world.owner.client("sagemaker"), world.name("group")
    owner.create_feature_group(
        FeatureGroupName=name,
        RecordIdentifierFeatureName="id",
        EventTimeFeatureName="time",
        FeatureDefinitions=[
            {"FeatureName": "id", "FeatureType": "String"},
            {"FeatureName": "time", "FeatureType": "Fractional"},
        ],
        OnlineStoreConfig={"EnableOnlineStore": True},
    )
    arn = f"{SAGEMAKER}:feature-group/{name}"
    person = world.person(allow("sagemaker:PutRecord", on=arn))
    runtime = person.client("sagemaker-featurestore-runtime")
    record = [
        {"FeatureName": "id", "ValueAsString": "1"},
        {"FeatureName": "time", "ValueAsString": "1"},
    ]
    until(
        lambda: owner.describe_feature_group(FeatureGroupName=name),
        lambda group: group["FeatureGroupStatus"] == "Created",
    )
    runtime.put_record(FeatureGroupName=name, Record=record)
    with pytest.raises(ClientError) as caught:
        runtime.get_record(FeatureGroupName=name, RecordIdentifierValueAsString="1")
    message = not_allowed(person, "sagemaker:GetRecord", arn)
    assert refusal(caught.value) == ("AccessDeniedException", message)
