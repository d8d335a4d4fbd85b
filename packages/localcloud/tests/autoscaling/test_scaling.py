"""Scaling of a real endpoint, and what a restart leaves of it."""

import signal
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psutil
import pytest
from botocore.exceptions import ClientError

from localcloud.server import LocalCloud
from worlds.execution_world import BUCKET, World
from worlds.served_model import HANDLER, PROCESS, invoke, make_model, serve
from worlds.waiting import until


def place(endpoint: str, variant: str = "AllTraffic") -> dict[str, str]:
    return {
        "ServiceNamespace": "sagemaker",
        "ResourceId": f"endpoint/{endpoint}/variant/{variant}",
        "ScalableDimension": "sagemaker:variant:DesiredInstanceCount",
    }


def policy(goal: float, endpoint: str = "scaled") -> dict[str, Any]:
    return {
        **place(endpoint),
        "PolicyName": "load",
        "PolicyType": "TargetTrackingScaling",
        "TargetTrackingScalingPolicyConfiguration": {
            "TargetValue": goal,
            "PredefinedMetricSpecification": {
                "PredefinedMetricType": "SageMakerVariantInvocationsPerInstance"
            },
        },
    }


def serve_process(world: World, name: str) -> None:
    found = serve(world, name, HANDLER.replace("VERSION", PROCESS))
    assert found["EndpointStatus"] == "InService"


@pytest.fixture(scope="module")
def scaling(world: World) -> Iterator[Any]:
    serve_process(world, "scaled")
    yield world.client("application-autoscaling")
    world.sagemaker.delete_endpoint(EndpointName="scaled")


def instances(world: World, endpoint: str = "scaled") -> int:
    """The present number; 0 while it changes."""
    description = world.sagemaker.describe_endpoint(EndpointName=endpoint)
    if description["EndpointStatus"] != "InService":
        return 0
    count: int = description["ProductionVariants"][0]["CurrentInstanceCount"]
    return count


def finished(scaling: Any) -> list[dict[str, Any]]:
    """The activities, newest first, once none is under way."""

    def ask() -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = scaling.describe_scaling_activities(
            ServiceNamespace="sagemaker", ResourceId="endpoint/scaled/variant/AllTraffic"
        )["ScalingActivities"]
        return found

    return until(ask, lambda now: all(item["StatusCode"] != "InProgress" for item in now))


def test_a_target_scales_into_its_bounds_at_once(world: World, scaling: Any) -> None:
    arn = scaling.register_scalable_target(**place("scaled"), MinCapacity=2, MaxCapacity=3)
    assert until(lambda: instances(world) == 2)
    assert until(lambda: len({invoke(world, "scaled")[0]["version"] for _ in range(4)}) == 2)
    (activity,) = finished(scaling)
    assert activity["Description"] == "Setting desired instance count to 2."
    assert activity["Cause"] == "minimum capacity was set to 2"
    assert activity["StatusCode"] == "Successful"
    assert activity["StatusMessage"] == (
        "Successfully set desired instance count to 2. Change successfully fulfilled by sagemaker."
    )
    (target,) = scaling.describe_scalable_targets(ServiceNamespace="sagemaker")["ScalableTargets"]
    assert target["ScalableTargetARN"] == arn["ScalableTargetARN"]
    assert (target["MinCapacity"], target["MaxCapacity"]) == (2, 3)
    assert target["RoleARN"].endswith("AWSServiceRoleForApplicationAutoScaling_SageMakerEndpoint")

    scaling.register_scalable_target(**place("scaled"), MinCapacity=1, MaxCapacity=1)
    assert until(lambda: instances(world) == 1)
    assert finished(scaling)[0]["Cause"] == "maximum capacity was set to 1"


def test_invocations_above_the_target_bring_instances(world: World, scaling: Any) -> None:
    scaling.register_scalable_target(**place("scaled"), MinCapacity=1, MaxCapacity=2)
    invoke(world, "scaled")
    request = policy(0.25)  # any request within a minute is more
    # After a scale-out to the bounds and back, which both have to be over for this.
    request["TargetTrackingScalingPolicyConfiguration"]["ScaleOutCooldown"] = 0
    arn = scaling.put_scaling_policy(**request)["PolicyARN"]
    assert arn.endswith(":resource/sagemaker/endpoint/scaled/variant/AllTraffic:policyName/load")
    assert until(lambda: instances(world) == 2)
    cause = finished(scaling)[0]["Cause"]
    assert cause.endswith("above the target value 0.25, triggered policy load")

    (found,) = scaling.describe_scaling_policies(
        ServiceNamespace="sagemaker", PolicyNames=["load"]
    )["ScalingPolicies"]
    assert found["PolicyARN"] == arn
    config = found["TargetTrackingScalingPolicyConfiguration"]
    assert config == request["TargetTrackingScalingPolicyConfiguration"]
    scaling.delete_scaling_policy(**place("scaled"), PolicyName="load")
    assert scaling.describe_scaling_policies(ServiceNamespace="sagemaker")["ScalingPolicies"] == []


def test_a_scalable_variant_keeps_its_instance_type(world: World, scaling: Any) -> None:
    scaling.register_scalable_target(**place("scaled"), MinCapacity=1, MaxCapacity=2)
    world.sagemaker.create_endpoint_config(
        EndpointConfigName="larger",
        ProductionVariants=[
            {
                "VariantName": "AllTraffic",
                "ModelName": "scaled",
                "InitialInstanceCount": 1,
                "InstanceType": "ml.m5.xlarge",
            }
        ],
    )
    with pytest.raises(ClientError, match='"AllTraffic" must be deregistered') as caught:
        world.sagemaker.update_endpoint(EndpointName="scaled", EndpointConfigName="larger")
    assert caught.value.response["Error"]["Code"] == "ValidationException"


@pytest.mark.parametrize(
    ("changes", "complaint"),
    [
        ({"ResourceId": "endpoint/scaled"}, "must be endpoint/NAME/variant/NAME"),
        (place("nobody"), "Could not find endpoint"),
        (place("scaled", "nothing"), 'Could not find variant "nothing"'),
        ({"ServiceNamespace": "ecs"}, "ServiceNamespace ecs is not supported by localcloud"),
        ({"MinCapacity": 0}, "must be at least 1"),
        ({"MinCapacity": 4}, "Maximum capacity cannot be less than minimum capacity"),
        ({"ScalableDimension": "nonsense"}, "Member must satisfy enum value set"),
    ],
)
def test_an_impossible_target_is_refused(
    scaling: Any, changes: dict[str, Any], complaint: str
) -> None:
    request = {**place("scaled"), "MinCapacity": 1, "MaxCapacity": 2, **changes}
    with pytest.raises(ClientError, match=complaint) as caught:
        scaling.register_scalable_target(**request)
    assert caught.value.response["Error"]["Code"] == "ValidationException"


@pytest.mark.parametrize(
    ("changes", "code", "complaint"),
    [
        (
            place("scaled", "nothing"),
            "ObjectNotFoundException",
            "No scalable target registered for service namespace: sagemaker, resource ID: "
            "endpoint/scaled/variant/nothing, scalable dimension: "
            "sagemaker:variant:DesiredInstanceCount",
        ),
        ({"PolicyType": "StepScaling"}, "ValidationException", "PolicyType StepScaling is not"),
        (
            {
                "TargetTrackingScalingPolicyConfiguration": {
                    "TargetValue": 1,
                    "PredefinedMetricSpecification": {
                        "PredefinedMetricType": "ECSServiceAverageCPUUtilization"
                    },
                }
            },
            "ValidationException",
            "PredefinedMetricType ECSServiceAverageCPUUtilization is not supported",
        ),
    ],
)
def test_another_policy_is_refused(
    scaling: Any, changes: dict[str, Any], code: str, complaint: str
) -> None:
    with pytest.raises(ClientError, match=complaint) as caught:
        scaling.put_scaling_policy(**{**policy(1), **changes})
    assert caught.value.response["Error"]["Code"] == code


def test_what_is_not_there_cannot_go(scaling: Any) -> None:
    with pytest.raises(ClientError, match="No scalable target found for") as caught:
        scaling.deregister_scalable_target(**place("nobody"))
    assert caught.value.response["Error"]["Code"] == "ObjectNotFoundException"
    with pytest.raises(ClientError, match=r"No scaling policy found for .* policy name: none"):
        scaling.delete_scaling_policy(**place("scaled"), PolicyName="none")


# -- a restart -----------------------------------------------------------------------------------


def test_a_restarted_server_has_the_instances_and_targets_of_before(tmp_path: Path) -> None:
    """Also what becomes of an update that is under way."""
    with LocalCloud(tmp_path) as cloud:
        world = World(dict(cloud.environment()))
        world.role = world.make_role()
        world.client("s3").create_bucket(Bucket=BUCKET)
        serve_process(world, "kept")
        scaling = world.client("application-autoscaling")
        scaling.register_scalable_target(**place("kept"), MinCapacity=2, MaxCapacity=2)
        assert until(lambda: instances(world, "kept") == 2)
        make_model(world, "next", HANDLER.replace("VERSION", "2"), GATE=str(tmp_path / "never"))
        world.sagemaker.update_endpoint(EndpointName="kept", EndpointConfigName="next")
        psutil.Process(cloud.address.pid).send_signal(signal.SIGTERM)

    with LocalCloud(tmp_path) as cloud:
        world = World(dict(cloud.environment()))
        description = world.wait_for_endpoint("kept")
        assert description["EndpointStatus"] == "InService"
        assert description["EndpointConfigName"] == "kept"
        assert description["FailureReason"].endswith("was stopped during the update")
        assert instances(world, "kept") == 2
        scaling = world.client("application-autoscaling")
        targets = scaling.describe_scalable_targets(ServiceNamespace="sagemaker")
        assert [target["MinCapacity"] for target in targets["ScalableTargets"]] == [2]
        world.sagemaker.delete_endpoint(EndpointName="kept")
        targets = scaling.describe_scalable_targets(ServiceNamespace="sagemaker")
        assert targets["ScalableTargets"] == []
