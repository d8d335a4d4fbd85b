"""`reviews cost` counts the resources of the templates."""

from collections.abc import Iterator

import pytest

from infra.settings import ENVIRONMENTS, settings_for
from reviews.client.cost import estimate
from tests.infra.conftest import Synthesised, Template

EVERY = pytest.mark.parametrize("environment", ENVIRONMENTS)


def resources(synthesised: Synthesised, environment: str, kind: str) -> Iterator[Template]:
    for stack in ("Storage", "Features", "Pipeline"):
        yield from synthesised.resources(environment, stack, kind).values()


@EVERY
def test_alarms_are_billed_by_their_metrics(synthesised: Synthesised, environment: str) -> None:
    billed = 0
    for alarm in resources(synthesised, environment, "AWS::CloudWatch::Alarm"):
        metrics = alarm["Properties"].get("Metrics")
        billed += 1 if metrics is None else sum("MetricStat" in metric for metric in metrics)
    settings = settings_for(environment)[0]
    drift_alarms, _ = estimate.drift_monitoring(settings)
    assert billed == estimate.ALARMS + estimate.class_alarm_metrics(settings) + drift_alarms


@EVERY
def test_metrics_are_billed_by_the_classes(synthesised: Synthesised, environment: str) -> None:
    filters = list(resources(synthesised, environment, "AWS::Logs::MetricFilter"))
    assert len(filters) == estimate.custom_metrics(settings_for(environment)[0])


@EVERY
@pytest.mark.parametrize(
    ("kind", "count"),
    [
        ("AWS::CloudWatch::Dashboard", estimate.DASHBOARDS),
        ("AWS::KMS::Key", estimate.KEYS),
    ],
)
def test_resources_with_a_price_each_are_counted(
    synthesised: Synthesised, environment: str, kind: str, count: int
) -> None:
    assert len(list(resources(synthesised, environment, kind))) == count
