from dataclasses import replace
from typing import Any

import pytest

from infra.settings import (
    Endpoint,
    Instances,
    Network,
    Organisation,
    Settings,
    settings_for,
)
from reviews.client.cost import estimate as estimates
from reviews.client.cost.estimate import Assumptions, Estimate, Item
from reviews.client.cost.instance_prices import HOUR
from reviews.client.cost.prices import Price, Prices
from reviews.client.errors import PriceMissing

(DEV,) = settings_for("dev")
(PROD,) = settings_for("prod")
ASSUMED = Assumptions(
    runs=2,
    processing_minutes=30,
    training_minutes=60,
    evaluation_minutes=15,
    reviews=1000,
    requests=500_000,
    request_ms=50,
    stored_gb=10,
    log_gb=1,
    promotions=8,
    scoring_minutes=90,
    drift_reports=4,
    drift_minutes=15,
    office_hours=42,  # a quarter of the week
)


def estimate(settings: Settings, assumed: Assumptions) -> Estimate:
    return estimates.estimate(settings, assumed, Prices(region=settings.region))


def item(made: Estimate, name: str) -> Item:
    (found,) = (item for item in made.items if item.name.startswith(name))
    return found


@pytest.mark.parametrize("settings", settings_for())
def test_the_table_has_every_instance_type_of_the_settings(settings: Settings) -> None:
    assert estimate(settings, ASSUMED).usd > 0


def test_an_endpoint_costs_all_hours_of_the_month_on_each_of_its_instances() -> None:
    endpoint = estimate(PROD, ASSUMED).endpoint
    assert endpoint.name == "Endpoint, 2 x ml.m7i.xlarge"
    assert endpoint.quantity == 2 * 730
    assert endpoint.usd == pytest.approx(2 * 730 * HOUR["ml.m7i.xlarge"])


def test_stopped_outside_office_hours_only_the_endpoint_costs_less() -> None:
    made = estimate(DEV, ASSUMED)
    assert made.office_endpoint_usd == pytest.approx(made.endpoint.usd / 4)
    assert made.usd - made.office_usd == pytest.approx(made.endpoint.usd * 3 / 4)


@pytest.mark.parametrize(
    ("name", "hours"), [("Processing", 2 * 2 * 0.5), ("Training", 2 * 2), ("Evaluation", 2 * 0.25)]
)
def test_a_job_costs_its_time_on_each_of_its_instances_at_each_run(name: str, hours: float) -> None:
    assert item(estimate(PROD, ASSUMED), name).quantity == hours


def test_only_promoted_models_that_are_evaluated_cost_something() -> None:
    name = "Evaluation of promoted models"
    assert not [found for found in estimate(PROD, ASSUMED).items if found.name.startswith(name)]
    evaluating = replace(PROD, promotion=replace(PROD.promotion, evaluation=True))
    assert item(estimate(evaluating, ASSUMED), name).quantity == 8 * 0.25


def test_drift_reports_cost_their_time_where_requests_are_captured() -> None:
    reports = item(estimate(PROD, ASSUMED), "Drift reports")
    assert (reports.name, reports.quantity) == ("Drift reports, 1 x ml.m7i.large", 1)
    assert not [one for one in estimate(DEV, ASSUMED).items if one.name.startswith("Drift")]


def test_batch_scoring_costs_its_time_on_each_of_its_instances() -> None:
    scoring = item(estimate(PROD, ASSUMED), "Batch scoring")
    assert (scoring.name, scoring.quantity) == ("Batch scoring, 4 x ml.m7i.2xlarge", 4 * 1.5)


def test_a_price_that_is_not_known_is_not_made_up() -> None:
    made = estimate(DEV, ASSUMED)
    writes = item(made, "Feature Store")
    assert (writes.quantity, writes.usd) == (2000, None)
    known = [found.usd for found in made.items if found.usd is not None]
    assert made.usd == pytest.approx(sum(known))


def test_the_alarms_of_scaling_count() -> None:
    scaled = replace(DEV, endpoint=replace(DEV.endpoint, max_instance_count=2))
    plain = item(estimate(DEV, ASSUMED), "CloudWatch alarms").quantity
    assert item(estimate(scaled, ASSUMED), "CloudWatch alarms").quantity == plain + 2


def test_a_serverless_endpoint_costs_by_the_request_and_nothing_at_night() -> None:
    serverless = Endpoint(instance_type="ml.m7i.large", serverless_memory_mb=2048)
    made = estimate(replace(DEV, endpoint=serverless), ASSUMED)
    assert made.endpoint.quantity == 25_000  # seconds
    assert made.endpoint.usd == pytest.approx(25_000 * 2 * 0.00002)
    assert made.office_usd == made.usd


def test_the_endpoints_of_a_vpc_cost_all_hours() -> None:
    closed = replace(DEV, network=Network(vpc="new", wheels="wheels/"), base_model="s3://data/m/")
    assert item(estimate(closed, ASSUMED), "VPC endpoints").usd == pytest.approx(4 * 7.3)
    assert not [found for found in estimate(DEV, ASSUMED).items if found.name == "VPC endpoints"]


def test_longer_jobs_are_looked_at_more_often() -> None:
    short = item(estimate(DEV, ASSUMED), "Step Functions").quantity
    longer = replace(ASSUMED, training_minutes=600)
    # From the hour on at most every 15 minutes, at 3 transitions, in 2 runs.
    more = item(estimate(DEV, longer), "Step Functions").quantity - short
    assert 2 * 3 * 36 <= more * 1000 <= 2 * 3 * 60


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (
            {"training_instances": Instances(instance_type="ml.r5d.2xlarge")},
            r"ml\.r5d\.2xlarge \(training of dev\) has no price for training in us-east-1 here",
        ),
        (
            {"region": "eu-west-1"},
            r"eu-west-1 \(dev\) has no prices in reviews/client/cost/prices\.py",
        ),
    ],
)
def test_a_missing_price_is_named(change: dict[str, Any], message: str) -> None:
    with pytest.raises(PriceMissing, match=message):
        estimate(replace(DEV, **change), ASSUMED)


def test_prices_of_aws_are_those_of_the_region_of_the_environment() -> None:
    asked = {
        f"{use}:{instance_type}": Price(usd=1, unit="hour", source="AWS", read="2026-11-30")
        for use in ("Processing", "Train", "Host", "Tsform")
        for instance_type in ("ml.m7i.large", "ml.m7i.2xlarge", "ml.c7i.4xlarge")
    }
    there = replace(DEV, region="eu-west-1")
    made = estimates.estimate(there, ASSUMED, Prices(region="eu-west-1", asked=asked))
    assert made.region == "eu-west-1"
    assert made.endpoint.usd == 730
    assert item(made, "KMS key").usd is None


def test_the_budget_is_beside_the_estimate() -> None:
    made = estimate(DEV, ASSUMED)
    assert (made.budget_usd, made.has_budget) == (200, False)
    assert estimate(replace(DEV, notify=("a@example.com",)), ASSUMED).has_budget


def test_an_existing_key_is_paid_for_by_others() -> None:
    key = "arn:aws:kms:us-east-1:123456789012:key/01234567-89ab-cdef-0123-456789abcdef"
    existing = replace(DEV, organisation=Organisation(kms_key=key))
    assert item(estimate(existing, ASSUMED), "KMS key").quantity == 0
    assert item(estimate(DEV, ASSUMED), "KMS key").quantity == 1
