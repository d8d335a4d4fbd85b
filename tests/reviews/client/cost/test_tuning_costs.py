"""The limit of time that keeps a tuning job below an amount."""

from dataclasses import replace

import pytest

from infra.settings import Capacity, Instances, settings_for
from reviews.client.cost.instance_prices import HOUR
from reviews.client.cost.tuning_costs import most_seconds, most_usd, rate, without_limit
from reviews.client.errors import InvalidArgument, PriceMissing

(DEV,) = settings_for("dev")


def test_the_rate_is_that_of_the_most_expensive_type_that_a_job_may_have() -> None:
    instances = Instances(instance_type="ml.m5.large", instance_count=2)
    capacity = Capacity(fallback_types=("ml.m5.xlarge",))
    found = rate(replace(DEV, training_instances=instances, capacity=capacity))
    assert found.usd == 2 * HOUR["ml.m5.xlarge"]
    assert found.instances == "2 x ml.m5.large or ml.m5.xlarge"


def test_without_a_price_there_is_no_rate() -> None:
    with pytest.raises(PriceMissing):
        rate(replace(DEV, training_instances=Instances(instance_type="ml.unknown.large")))


@pytest.mark.parametrize("usd", [0.2, 1, 5, 123.45])
@pytest.mark.parametrize("parallel", [1, 2, 10])
def test_all_jobs_together_never_cost_more(usd: float, parallel: int) -> None:
    found = rate(DEV)
    try:
        seconds = most_seconds(found, usd=usd, parallel=parallel)
    except InvalidArgument:
        assert most_usd(found, parallel=parallel, seconds=120) > usd
        return
    assert most_usd(found, parallel=parallel, seconds=seconds) <= usd
    assert most_usd(found, parallel=parallel, seconds=seconds + 1) > usd


def test_the_least_amount_that_is_named_is_enough() -> None:
    found = rate(DEV)
    with pytest.raises(InvalidArgument, match=r"--max-cost 0.01: must be at least") as raised:
        most_seconds(found, usd=0.01, parallel=2)
    least = float(str(raised.value).partition("at least ")[2].partition(":")[0])
    assert most_seconds(found, usd=least, parallel=2) >= 120


def test_no_limit_is_longer_than_a_tuning_job_may_run() -> None:
    assert most_seconds(rate(DEV), usd=1e9, parallel=1) == 30 * 24 * 3600
    assert without_limit(rate(DEV), jobs=2, seconds=3600) == 2 * rate(DEV).usd
