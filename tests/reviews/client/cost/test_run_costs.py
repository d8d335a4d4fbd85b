"""What AWS bills of each kind of job, by its description."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from reviews.client.cost.prices import Price, Prices, Use
from reviews.client.cost.run_costs import (
    Cost,
    of_endpoint,
    of_processing,
    of_training,
    of_transform,
    total,
)

BEGAN = datetime(2026, 11, 24, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)
NOW = BEGAN + 10 * HOUR


def usd(amount: float) -> Price:
    return Price(usd=amount, unit="hour", source="a test", read="2026-11-24")


KNOWN = Prices(
    region="xx-test-1",
    asked={
        "Train:ml.a": usd(10),
        "Train:ml.b": usd(20),
        "Processing:ml.a": usd(3),
        "Tsform:ml.a": usd(5),
        "Host:ml.a": usd(7),
    },
)


def training(config: dict[str, Any], **more: Any) -> list[Cost]:
    described = {
        "TrainingJobName": "job",
        "TrainingJobStatus": "Completed",
        "CreationTime": BEGAN - HOUR,  # it waited for its instances
        "TrainingStartTime": BEGAN,
        "TrainingEndTime": BEGAN + HOUR,
        "ResourceConfig": config,
        **more,
    }
    given = {name: value for name, value in described.items() if value is not None}
    return list(of_training("Train", given, KNOWN, NOW))


ONE = {"InstanceType": "ml.a", "InstanceCount": 1}


def test_a_training_costs_its_billed_seconds_and_not_its_wait() -> None:
    (cost,) = training(ONE, TrainingTimeInSeconds=3600, BillableTimeInSeconds=3600)
    assert (cost.usd, cost.seconds, cost.name, cost.is_running) == (10, 3600, "job", False)
    (old,) = training(ONE)  # without these members
    assert old.usd == 10


def test_of_a_spot_training_aws_bills_less_than_it_took() -> None:
    (cost,) = training(ONE, TrainingTimeInSeconds=3600, BillableTimeInSeconds=1080)
    assert (cost.lasted, cost.seconds) == (3600, 1080)
    assert cost.usd == pytest.approx(10 * 0.3)


def test_each_of_several_instances_is_billed() -> None:
    (cost,) = training({**ONE, "InstanceCount": 4}, BillableTimeInSeconds=1800)
    assert (cost.instances, cost.instance_seconds, cost.usd) == (4, 7200, 20)


def test_the_type_that_sagemaker_selected_is_billed() -> None:
    preferences = {"InstancePreferences": [{"InstanceType": "ml.a"}, {"InstanceType": "ml.b"}]}
    selected = {"SelectedInstanceType": "ml.b", "SelectedInstanceCount": 2}
    (cost,) = training(preferences | selected, BillableTimeInSeconds=3600)
    assert (cost.instance_type, cost.instances, cost.usd) == ("ml.b", 2, 40)
    assert training(preferences, TrainingStartTime=None, TrainingJobStatus="InProgress") == []


def test_groups_of_several_types_are_billed_each() -> None:
    groups = [
        {"InstanceGroupName": "one", "InstanceType": "ml.a", "InstanceCount": 1},
        {"InstanceGroupName": "two", "InstanceType": "ml.b", "InstanceCount": 3},
    ]
    costs = training({"InstanceGroups": groups}, BillableTimeInSeconds=3600)
    assert [cost.usd for cost in costs] == [10, 60]
    assert total(costs) == 70


def test_what_a_warm_pool_keeps_is_billed_too() -> None:
    pool = {"Status": "Terminated", "ResourceRetainedBillableTimeInSeconds": 900}
    trained, kept = training(ONE, BillableTimeInSeconds=3600, WarmPoolStatus=pool)
    assert (trained.what, trained.usd) == ("Train", 10)
    assert (kept.what, kept.usd) == ("Train, warm pool", 2.5)


def test_a_training_that_found_no_instances_costs_nothing() -> None:
    (cost,) = training(ONE, TrainingStartTime=None, TrainingJobStatus="Failed")
    assert (cost.seconds, cost.usd) == (0, 0)
    (unknown,) = training(
        {"InstanceType": "ml.c", "InstanceCount": 1},
        TrainingStartTime=None,
        TrainingJobStatus="Failed",
    )
    assert unknown.usd == 0


def test_a_training_that_runs_costs_what_it_has_taken_so_far() -> None:
    (cost,) = training(ONE, TrainingEndTime=None, TrainingJobStatus="InProgress")
    assert (cost.is_running, cost.usd) == (True, 100)


def test_a_type_without_a_price_makes_the_sum_unknown() -> None:
    (cost,) = training({"InstanceType": "ml.c", "InstanceCount": 1})
    assert cost.usd is None
    assert total([cost, *training(ONE)]) is None
    assert total([]) == 0


def test_a_processing_job_costs_the_time_from_its_start_to_its_end() -> None:
    cluster = {"InstanceType": "ml.a", "InstanceCount": 2}
    described = {
        "ProcessingJobName": "job",
        "ProcessingJobStatus": "Completed",
        "CreationTime": BEGAN - HOUR,
        "ProcessingStartTime": BEGAN,
        "ProcessingEndTime": BEGAN + HOUR / 2,
        "ProcessingResources": {"ClusterConfig": cluster},
    }
    cost = of_processing("Process", described, KNOWN, NOW)
    assert (cost.seconds, cost.instances, cost.usd) == (1800, 2, 3)
    del described["ProcessingStartTime"]  # it failed before
    assert of_processing("Process", described, KNOWN, NOW).usd == 0


def test_a_transform_job_costs_the_same_way() -> None:
    described = {
        "TransformJobName": "job",
        "TransformJobStatus": "InProgress",
        "TransformStartTime": BEGAN,
        "TransformResources": {"InstanceType": "ml.a", "InstanceCount": 3},
    }
    cost = of_transform("Batch scoring", described, KNOWN, BEGAN + HOUR)
    assert (cost.is_running, cost.usd) == (True, 15)


def endpoint(created: datetime, **variant: Any) -> Cost | None:
    found = {
        "EndpointName": "reviews-dev",
        "CreationTime": created,
        "ProductionVariants": [{"VariantName": "AllTraffic", "CurrentInstanceCount": 2}],
    }
    config = {
        "CreationTime": BEGAN,
        "ProductionVariants": [{"VariantName": "AllTraffic", **variant}],
    }
    return of_endpoint(found, config, KNOWN, BEGAN + 4 * HOUR)


def test_the_endpoint_costs_its_hours_since_the_deployment() -> None:
    cost = endpoint(BEGAN - HOUR, InstanceType="ml.a")
    assert cost
    assert (cost.seconds, cost.instances, cost.usd) == (4 * 3600, 2, 56)


def test_an_endpoint_that_was_started_again_costs_its_hours_since_then() -> None:
    cost = endpoint(BEGAN + 3 * HOUR, InstanceType="ml.a")
    assert cost
    assert cost.usd == 14


def test_a_serverless_endpoint_has_no_hours() -> None:
    assert endpoint(BEGAN, ServerlessConfig={"MemorySizeInMB": 2048, "MaxConcurrency": 5}) is None


def test_every_use_has_its_own_price() -> None:
    found = {use: KNOWN.of_instance(use, "ml.a", "").usd for use in Use}
    assert found == {Use.PROCESSING: 3, Use.TRAINING: 10, Use.HOSTING: 7, Use.TRANSFORM: 5}
