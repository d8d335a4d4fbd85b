from collections.abc import Iterator
from typing import Any

import pytest
from botocore.exceptions import ClientError

from worlds.execution_world import World
from worlds.served_model import (
    HANDLER,
    PROCESS,
    asking,
    deployment,
    invoke,
    make_model,
    size,
    variant,
)
from worlds.waiting import until


@pytest.fixture(scope="module")
def endpoint(world: World) -> Iterator[str]:
    """One instance of version 1; `two` is a configuration with two of version 2."""
    make_model(world, "one", HANDLER.replace("VERSION", "1"))
    make_model(world, "second", HANDLER.replace("VERSION", "2"))
    world.sagemaker.create_endpoint_config(
        EndpointConfigName="two", ProductionVariants=[variant("AllTraffic", "second", instances=2)]
    )
    config = deployment("ALL_AT_ONCE")
    world.sagemaker.create_endpoint(
        EndpointName="rolled", EndpointConfigName="one", DeploymentConfig=config
    )
    description = world.wait_for_endpoint("rolled")
    assert description["EndpointStatus"] == "InService"
    assert description["LastDeploymentConfig"] == config
    yield "rolled"
    world.sagemaker.delete_endpoint(EndpointName="rolled")


def stage(world: World, endpoint: str) -> str:
    """Of the deployment that is under way; "" without one."""
    description = world.sagemaker.describe_endpoint(EndpointName=endpoint)
    pending = description.get("PendingDeploymentSummary")
    if pending is None:
        return ""
    assert description["EndpointStatus"] == "Updating"
    (one,) = pending["ProductionVariants"]
    status: str = one["VariantStatus"][0]["Status"]
    return status


def make_alarm(world: World, name: str) -> None:
    """Of a metric without data, so that nothing but SetAlarmState changes its state."""
    world.client("cloudwatch").put_metric_alarm(
        AlarmName=name,
        Namespace="Tests",
        MetricName=name,
        Statistic="Sum",
        Period=60,
        EvaluationPeriods=1,
        Threshold=0,
        ComparisonOperator="GreaterThanThreshold",
    )


def test_an_alarm_brings_the_old_fleet_back(world: World, endpoint: str) -> None:
    make_alarm(world, "rollback")
    config = deployment("CANARY", wait=600, CanarySize=size(50))
    config["AutoRollbackConfiguration"] = {"Alarms": [{"AlarmName": "rollback"}]}
    with asking(world, endpoint) as heard:
        world.sagemaker.update_endpoint(
            EndpointName=endpoint, EndpointConfigName="two", DeploymentConfig=config
        )
        assert until(lambda: stage(world, endpoint), lambda now: now == "Baking") == "Baking"
        assert until(lambda: {1, 2} <= set(heard.versions[-20:]))
        world.client("cloudwatch").set_alarm_state(
            AlarmName="rollback", StateValue="ALARM", StateReason="test"
        )
        description = world.wait_for_endpoint(endpoint)
        seen = len(heard.versions)
        assert until(lambda: len(heard.versions) > seen + 20)
    assert heard.errors == []
    assert set(heard.versions[seen + 3 :]) == {1}  # each client may have had one under way
    assert description["EndpointStatus"] == "InService"
    assert description["EndpointConfigName"] == "one"
    assert description["FailureReason"].endswith("auto-rollback alarms in ALARM state: rollback.")
    assert "PendingDeploymentSummary" not in description


def test_a_canary_is_followed_by_all_traffic(world: World, endpoint: str) -> None:
    config = deployment("CANARY", wait=1, termination=3, CanarySize=size(1, "INSTANCE_COUNT"))
    with asking(world, endpoint) as heard:
        world.sagemaker.update_endpoint(
            EndpointName=endpoint, EndpointConfigName="two", DeploymentConfig=config
        )
        assert until(lambda: 2 in heard.versions)
        assert until(lambda: set(heard.versions[-60:]) == {2})
        # The old fleet is kept for a while, and until it is gone the endpoint is not done.
        before = world.sagemaker.describe_endpoint(EndpointName=endpoint)
        description = world.wait_for_endpoint(endpoint)
    assert heard.errors == []
    first, last = heard.versions.index(2), len(heard.versions) - heard.versions[::-1].index(1)
    assert {1, 2} == set(heard.versions[first:last])  # both had their share
    assert (before["EndpointStatus"], before["EndpointConfigName"]) == ("Updating", "one")
    assert before["PendingDeploymentSummary"]["EndpointConfigName"] == "two"
    assert description["EndpointStatus"] == "InService"
    assert description["EndpointConfigName"] == "two"
    assert description["LastDeploymentConfig"] == config
    assert "FailureReason" not in description
    (after,) = description["ProductionVariants"]
    assert (after["CurrentInstanceCount"], after["DesiredInstanceCount"]) == (2, 2)


def test_a_model_that_answers_with_errors_rings_its_own_alarm(world: World, endpoint: str) -> None:
    failing = HANDLER.replace("VERSION", "2").replace("len(text)", "1 / 0")
    make_model(world, "failing", failing)
    world.client("cloudwatch").put_metric_alarm(
        AlarmName="errors",
        Namespace="AWS/SageMaker",
        MetricName="Invocation5XXErrors",
        Dimensions=[
            {"Name": "EndpointName", "Value": endpoint},
            {"Name": "VariantName", "Value": "AllTraffic"},
        ],
        Statistic="Sum",
        Period=60,
        EvaluationPeriods=1,
        Threshold=0,
        ComparisonOperator="GreaterThanThreshold",
        TreatMissingData="notBreaching",
    )
    config = deployment("ALL_AT_ONCE", wait=600)
    config["AutoRollbackConfiguration"] = {"Alarms": [{"AlarmName": "errors"}]}
    current = world.sagemaker.describe_endpoint(EndpointName=endpoint)["EndpointConfigName"]
    with asking(world, endpoint) as heard:
        world.sagemaker.update_endpoint(
            EndpointName=endpoint, EndpointConfigName="failing", DeploymentConfig=config
        )
        description = world.wait_for_endpoint(endpoint)
    assert all("server error (500)" in str(error) for error in heard.errors)
    assert description["EndpointConfigName"] == current
    assert description["FailureReason"].endswith("auto-rollback alarms in ALARM state: errors.")
    assert invoke(world, endpoint)


def test_an_alarm_that_does_not_exist_stops_an_update_before_it_begins(
    world: World, endpoint: str
) -> None:
    config = {"AutoRollbackConfiguration": {"Alarms": [{"AlarmName": "nobody"}]}}
    current = world.sagemaker.describe_endpoint(EndpointName=endpoint)["EndpointConfigName"]
    for how in ({"DeploymentConfig": config}, {"RetainDeploymentConfig": True}):
        world.sagemaker.update_endpoint(EndpointName=endpoint, EndpointConfigName="second", **how)
        description = world.wait_for_endpoint(endpoint)
        assert description["EndpointConfigName"] == current
        assert description["FailureReason"] == "Could not find the alarms nobody."
        assert description["LastDeploymentConfig"] == config


def test_an_unknown_way_to_update_is_refused(world: World, endpoint: str) -> None:
    rolling = {
        "RollingUpdatePolicy": {
            "MaximumBatchSize": size(10),
            "WaitIntervalInSeconds": 0,
        }
    }
    for changes, complaint in (
        ({"DeploymentConfig": rolling}, "RollingUpdatePolicy is not supported by localcloud"),
        (
            {"DeploymentConfig": deployment("LINEAR"), "RetainDeploymentConfig": True},
            "cannot be used together",
        ),
        (
            {
                "RetainAllVariantProperties": True,
                "ExcludeRetainedVariantProperties": [{"VariantPropertyType": "DataCaptureConfig"}],
            },
            "DataCaptureConfig is not supported",
        ),
    ):
        with pytest.raises(ClientError, match=complaint) as caught:
            world.sagemaker.update_endpoint(
                EndpointName=endpoint, EndpointConfigName="second", **changes
            )
        assert caught.value.response["Error"]["Code"] == "ValidationException"


# -- weights and capacities ----------------------------------------------------------------------


@pytest.fixture(scope="module")
def pair(world: World) -> Iterator[str]:
    """An endpoint with the variants `left`, which tells its processes, and `right`, idle."""
    for name, version in (("left", PROCESS), ("right", '"right"')):
        make_model(world, name, HANDLER.replace("VERSION", version))
    for config, (first, second) in {"pair": (1.0, 0.0), "even": (1.0, 1.0)}.items():
        world.sagemaker.create_endpoint_config(
            EndpointConfigName=config,
            ProductionVariants=[variant("left", "left", first), variant("right", "right", second)],
        )
    world.sagemaker.create_endpoint(EndpointName="pair", EndpointConfigName="pair")
    assert world.wait_for_endpoint("pair")["EndpointStatus"] == "InService"
    yield "pair"
    world.sagemaker.delete_endpoint(EndpointName="pair")


def wish(world: World, endpoint: str, *wishes: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """The variants by name, once the wishes are fulfilled."""
    world.sagemaker.update_endpoint_weights_and_capacities(
        EndpointName=endpoint, DesiredWeightsAndCapacities=list(wishes)
    )
    description = world.wait_for_endpoint(endpoint)
    assert description["EndpointStatus"] == "InService", description.get("FailureReason")
    assert "FailureReason" not in description
    return {variant["VariantName"]: variant for variant in description["ProductionVariants"]}


def test_instances_come_and_go_without_a_failing_request(world: World, pair: str) -> None:
    with asking(world, pair) as heard:
        variants = wish(world, pair, {"VariantName": "left", "DesiredInstanceCount": 2})
        assert variants["left"]["CurrentInstanceCount"] == 2
        assert until(lambda: len(set(heard.versions[-10:])) == 2)
        variants = wish(world, pair, {"VariantName": "left", "DesiredInstanceCount": 1})
        assert variants["left"]["CurrentInstanceCount"] == 1
        seen = len(heard.versions) + 3
        assert until(lambda: len(heard.versions) > seen + 20)
    assert heard.errors == []
    assert len(set(heard.versions[seen:])) == 1


def test_weights_move_the_traffic_and_survive_an_update_that_retains_them(
    world: World, pair: str
) -> None:
    variants = wish(
        world,
        pair,
        {"VariantName": "left", "DesiredWeight": 0.0},
        {"VariantName": "right", "DesiredWeight": 5.0, "DesiredInstanceCount": 2},
    )
    assert variants["right"]["CurrentWeight"] == variants["right"]["DesiredWeight"] == 5
    assert {invoke(world, pair)[0]["version"] for _ in range(6)} == {"right"}

    world.sagemaker.update_endpoint(
        EndpointName=pair, EndpointConfigName="even", RetainAllVariantProperties=True
    )
    description = world.wait_for_endpoint(pair)
    assert description["EndpointConfigName"] == "even"
    counts = {
        variant["VariantName"]: (variant["CurrentWeight"], variant["CurrentInstanceCount"])
        for variant in description["ProductionVariants"]
    }
    assert counts == {"left": (0, 1), "right": (5, 2)}


def test_impossible_wishes_are_refused(world: World, pair: str) -> None:
    for change, complaint in (
        ({"VariantName": "middle", "DesiredWeight": 1}, 'Could not find variant "middle"'),
        ({"VariantName": "left", "DesiredInstanceCount": 0}, "must be at least 1"),
        (
            {"VariantName": "left", "ServerlessUpdateConfig": {"MaxConcurrency": 1}},
            "ServerlessUpdateConfig is not supported",
        ),
    ):
        with pytest.raises(ClientError, match=complaint) as caught:
            wish(world, pair, change)
        assert caught.value.response["Error"]["Code"] == "ValidationException"
    left = {"VariantName": "left", "DesiredWeight": 1}
    with pytest.raises(ClientError, match='"left" is named more than once'):
        wish(world, pair, left, left)
    with pytest.raises(ClientError, match="Could not find endpoint"):
        wish(world, "nobody", {"VariantName": "left", "DesiredWeight": 1})
