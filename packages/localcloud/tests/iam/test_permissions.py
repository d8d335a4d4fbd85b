"""The actions that each operation requires, by the tables."""

from pathlib import Path
from typing import Any

import pytest

from localcloud.composition import OPERATIONS
from localcloud.core.errors import AwsError
from localcloud.iam.authorization import Authorization, PolicyEvaluation, RequiredAction
from localcloud.iam.call import Call
from localcloud.iam.permissions import is_known, required_actions
from localcloud.iam.role_actions import image_pull_actions
from worlds.wire_client import new_cloud

PLACE = "us-east-1:000000000000"
BASE = f"arn:aws:sagemaker:{PLACE}"
ROLE = "arn:aws:iam::000000000000:role/job"
KEY = f"arn:aws:kms:{PLACE}:key/1"


def needed(
    operation: str,
    request: dict[str, Any],
    service: str = "sagemaker",
    records: dict[tuple[str, str], dict[str, Any]] | None = None,
) -> list[tuple[str, str]]:
    def find(kind: str, name: str) -> dict[str, Any] | None:
        return (records or {}).get((kind, name))

    call = Call(service, operation, request, "us-east-1", "000000000000", find)
    return [(required.action, required.resource) for required in required_actions(call)]


def test_every_supported_operation_is_in_the_tables() -> None:
    assert [key for key in OPERATIONS if not is_known(*key)] == []


def test_a_job_needs_its_tags_its_role_and_the_key_of_its_volumes() -> None:
    request = {
        "ProcessingJobName": "Prepare-1",
        "RoleArn": ROLE,
        "Tags": [{"Key": "environment", "Value": "local"}],
        "ProcessingResources": {"ClusterConfig": {"VolumeKmsKeyId": KEY}},
    }
    job = f"{BASE}:processing-job/prepare-1"  # ARNs are in lower case
    assert needed("CreateProcessingJob", request) == [
        ("sagemaker:CreateProcessingJob", job),
        ("sagemaker:AddTags", job),
        ("iam:PassRole", ROLE),
        ("kms:CreateGrant", KEY),
        ("kms:DescribeKey", KEY),
    ]


def test_a_tuning_job_passes_the_role_and_the_key_of_its_training_jobs() -> None:
    request = {
        "HyperParameterTuningJobName": "Tune-1",
        "TrainingJobDefinition": {
            "RoleArn": ROLE,
            "ResourceConfig": {"InstanceType": "ml.m5.large", "VolumeKmsKeyId": KEY},
        },
        "Tags": [{"Key": "environment", "Value": "local"}],
    }
    job = f"{BASE}:hyper-parameter-tuning-job/tune-1"
    assert needed("CreateHyperParameterTuningJob", request) == [
        ("sagemaker:CreateHyperParameterTuningJob", job),
        ("sagemaker:AddTags", job),
        ("iam:PassRole", ROLE),
        ("kms:CreateGrant", KEY),
        ("kms:DescribeKey", KEY),
    ]
    call = Call("sagemaker", "CreateHyperParameterTuningJob", request, "", "", lambda *_: None)
    create, *_ = required_actions(call)
    assert create.context["sagemaker:InstanceTypes"] == "ml.m5.large"
    named = {"HyperParameterTuningJobName": "Tune-1"}
    listing = "ListTrainingJobsForHyperParameterTuningJob"
    assert needed(listing, named) == [(f"sagemaker:{listing}", job)]
    assert needed("ListHyperParameterTuningJobs", {}) == [
        ("sagemaker:ListHyperParameterTuningJobs", "*")
    ]


def test_a_transform_job_runs_with_the_role_of_its_model_which_nobody_passes() -> None:
    request = {
        "TransformJobName": "Score-1",
        "ModelName": "m",
        "TransformResources": {"InstanceType": "ml.m5.large", "VolumeKmsKeyId": KEY},
    }
    assert needed("CreateTransformJob", request) == [
        ("sagemaker:CreateTransformJob", f"{BASE}:transform-job/score-1"),
        ("kms:CreateGrant", KEY),
        ("kms:DescribeKey", KEY),
    ]
    assert needed("ListTransformJobs", {}) == [("sagemaker:ListTransformJobs", "*")]


def test_conditions_see_the_tags_and_what_the_role_is_passed_to() -> None:
    request = {
        "TrainingJobName": "train",
        "RoleArn": ROLE,
        "Tags": [{"Key": "environment", "Value": "local"}],
        "ResourceConfig": {"InstanceType": "ml.m5.large"},
    }
    call = Call(
        "sagemaker", "CreateTrainingJob", request, "us-east-1", "000000000000", lambda *_: None
    )
    create, _, passing = required_actions(call)
    assert create.context == {
        "sagemaker:InstanceTypes": "ml.m5.large",
        "aws:RequestTag/environment": "local",
        "aws:TagKeys": ["environment"],
    }
    assert passing.context == {"iam:PassedToService": "sagemaker.amazonaws.com"}


def test_an_endpoint_is_an_action_on_its_configuration_and_its_key_too() -> None:
    request = {"EndpointName": "live", "EndpointConfigName": "live-2"}
    config = {("endpoint-config", "live-2"): {"KmsKeyId": KEY}}
    assert needed("UpdateEndpoint", request, records=config) == [
        ("sagemaker:UpdateEndpoint", f"{BASE}:endpoint/live"),
        ("sagemaker:UpdateEndpoint", f"{BASE}:endpoint-config/live-2"),
        ("kms:CreateGrant", KEY),
        ("kms:DescribeKey", KEY),
    ]


def test_a_record_needs_the_key_of_its_online_store() -> None:
    group = {"OnlineStoreConfig": {"SecurityConfig": {"KmsKeyId": KEY}}}
    request = {"FeatureGroupName": "reviews"}
    service, records = "sagemaker-featurestore-runtime", {("feature-group", "reviews"): group}
    assert needed("PutRecord", request, service, records) == [
        ("sagemaker:PutRecord", f"{BASE}:feature-group/reviews"),
        ("kms:Decrypt", KEY),
    ]


def test_a_batch_of_records_needs_each_of_its_groups_once() -> None:
    entries = [{"FeatureGroupName": name} for name in ("Reviews", "stars", "Reviews")]
    service = "sagemaker-featurestore-runtime"
    assert needed("BatchWriteRecord", {"Entries": entries}, service) == [
        ("sagemaker:BatchWriteRecord", f"{BASE}:feature-group/reviews"),
        ("sagemaker:BatchWriteRecord", f"{BASE}:feature-group/stars"),
    ]


@pytest.mark.parametrize("name", ["reviews", f"{BASE}:model-package-group/reviews"])
def test_the_versions_of_a_group_are_resources_below_its_name(name: str) -> None:
    assert needed("ListModelPackages", {"ModelPackageGroupName": name}) == [
        ("sagemaker:ListModelPackages", f"{BASE}:model-package-group/reviews"),
        ("sagemaker:ListModelPackages", f"{BASE}:model-package/reviews/*"),
    ]
    version = {"ModelPackageArn": f"{BASE}:model-package/reviews/3"}
    assert needed("UpdateModelPackage", version) == [
        ("sagemaker:UpdateModelPackage", f"{BASE}:model-package/reviews/3")
    ]


def test_scaling_acts_on_the_endpoint_with_the_rights_of_its_caller() -> None:
    request = {"ResourceId": "endpoint/live/variant/AllTraffic"}
    records = {("endpoint", "live"): {"EndpointConfigName": "live-2"}}
    service = "application-autoscaling"
    assert needed("RegisterScalableTarget", request, service, records) == [
        (f"{service}:RegisterScalableTarget", f"arn:aws:{service}:{PLACE}:scalable-target/*"),
        ("sagemaker:DescribeEndpoint", f"{BASE}:endpoint/live"),
        ("sagemaker:DescribeEndpointConfig", f"{BASE}:endpoint-config/live-2"),
        ("sagemaker:UpdateEndpointWeightsAndCapacities", f"{BASE}:endpoint/live"),
        (
            "iam:CreateServiceLinkedRole",
            "arn:aws:iam::000000000000:role/aws-service-role/"
            "sagemaker.application-autoscaling.amazonaws.com/"
            "AWSServiceRoleForApplicationAutoScaling_SageMakerEndpoint",
        ),
    ]


def test_to_delete_an_endpoint_that_scales_ends_its_scaling() -> None:
    records: dict[tuple[str, str], dict[str, Any]] = {
        ("endpoint", "live"): {"EndpointConfigName": "live-2"},
        ("endpoint-config", "live-2"): {"ProductionVariants": [{"VariantName": "AllTraffic"}]},
    }
    delete = ("sagemaker:DeleteEndpoint", f"{BASE}:endpoint/live")
    assert needed("DeleteEndpoint", {"EndpointName": "live"}, records=records) == [delete]
    records["scalable-target", "endpoint/live/variant/AllTraffic"] = {"MinCapacity": 1}
    service = "application-autoscaling"
    assert needed("DeleteEndpoint", {"EndpointName": "live"}, records=records) == [
        delete,
        (f"{service}:DeregisterScalableTarget", f"arn:aws:{service}:{PLACE}:scalable-target/*"),
    ]


def test_only_images_of_a_registry_are_pulled_from_one() -> None:
    image = "683313688378.dkr.ecr.us-east-1.amazonaws.com/sagemaker-scikit-learn:1.4-2-cpu-py3"
    repository = "arn:aws:ecr:us-east-1:683313688378:repository/sagemaker-scikit-learn"
    assert [(required.action, required.resource) for required in image_pull_actions(image)] == [
        ("ecr:GetAuthorizationToken", "*"),
        ("ecr:BatchCheckLayerAvailability", repository),
        ("ecr:GetDownloadUrlForLayer", repository),
        ("ecr:BatchGetImage", repository),
    ]
    assert list(image_pull_actions("pytorch-training:2.8")) == []


def test_every_action_is_allowed_while_iam_is_not_enforced(tmp_path: Path) -> None:
    cloud = new_cloud(tmp_path)
    authorization = cloud.service(Authorization)
    required = [RequiredAction("s3:GetObject", "arn:aws:s3:::b/k")]
    authorization.require("ASIA", required)

    def deny(access_key: str, required: RequiredAction, region: str) -> str:
        return f"{access_key} must not {required.action} in {region}"

    cloud.service(PolicyEvaluation).evaluate = deny
    with pytest.raises(AwsError) as caught:
        authorization.require("ASIA", required)
    assert (caught.value.code, caught.value.message) == (
        "AccessDeniedException",
        "ASIA must not s3:GetObject in us-east-1",
    )
