"""Reports about drift in the templates and in the settings."""

from dataclasses import replace
from typing import Any

import pytest

from contract.drift import DRIFTED_METRIC, QUANTITIES
from contract.names import drift_name
from infra import requests
from infra.instance_check import check_instance_types
from infra.quotas import of_drift
from infra.setting_error import SettingsError
from infra.settings import Drift, Instances, settings_for
from tests.infra.conftest import Synthesised, plain
from tests.infra.test_state_machine import following

(DEV,), (PROD,) = settings_for("dev"), settings_for("prod")
CAPTURING = pytest.mark.parametrize("environment", ["local", "staging", "prod"])


@CAPTURING
def test_every_state_leads_to_another_that_exists(
    synthesised: Synthesised, environment: str
) -> None:
    definition = synthesised.definition(environment, drift_name(f"reviews-{environment}"))
    states = definition["States"]
    reached = {definition["StartAt"]} | {name for s in states.values() for name in following(s)}
    assert reached == set(states)


@CAPTURING
def test_whatever_fails_stops_the_job(synthesised: Synthesised, environment: str) -> None:
    states = synthesised.definition(environment, drift_name(f"reviews-{environment}"))["States"]
    tasks = {name: state for name, state in states.items() if state["Type"] == "Task"}
    handler = tasks.pop("HandleDriftFailure")
    assert "Catch" not in handler
    assert handler["Next"] == "Resume?"  # after a redrive
    for task in tasks.values():
        (catch,) = task["Catch"]
        assert (catch["ErrorEquals"], catch["Next"]) == (["States.ALL"], "HandleDriftFailure")


def test_without_capture_there_is_nothing_of_it(synthesised: Synthesised) -> None:
    resources = synthesised.template("dev", "Pipeline")["Resources"]
    assert not [name for name in resources if "Drift" in name]


@pytest.mark.parametrize("environment", ["staging", "prod"])
def test_a_report_is_made_every_week(synthesised: Synthesised, environment: str) -> None:
    found = synthesised.resources(environment, "Pipeline", "AWS::Scheduler::Schedule")
    (schedule,) = found.values()
    assert schedule["Properties"]["Name"] == f"reviews-{environment}-drift"
    assert schedule["Properties"]["ScheduleExpression"] == "cron(0 7 ? * MON *)"
    target = schedule["Properties"]["Target"]
    assert target["Input"] == "{}"
    assert plain(target["Arn"]).startswith("<Drift")
    assert "ServiceRoles" in str(target["RoleArn"])
    (cleanup,) = synthesised.resources(environment, "Pipeline", "Custom::Leftovers")
    assert cleanup in schedule["DependsOn"]


@CAPTURING
def test_the_alarm_stays_as_it_is_until_the_next_report(
    synthesised: Synthesised, environment: str
) -> None:
    alarms = synthesised.resources(environment, "Pipeline", "AWS::CloudWatch::Alarm").values()
    by_name = {alarm["Properties"]["AlarmName"]: alarm["Properties"] for alarm in alarms}
    drift = by_name[f"reviews-{environment}-Drift"]
    assert (drift["MetricName"], drift["Namespace"]) == (
        DRIFTED_METRIC,
        f"Reviews/reviews-{environment}",
    )
    assert (drift["TreatMissingData"], drift["Threshold"]) == ("ignore", 0)
    assert drift["AlarmActions"]
    assert by_name[f"reviews-{environment}-DriftReports"]["MetricName"] == "ExecutionsFailed"


def test_the_job_gets_every_threshold_of_the_settings() -> None:
    settings = replace(PROD, drift=Drift(class_mix=0.2, significance=0.01))
    arguments = requests.drift(settings)["AppSpecification"]["ContainerArguments"]
    shifts = {word.removeprefix("--least-shift=") for word in arguments if "least-shift" in word}
    assert "class_mix=0.2" in shifts
    assert {shift.partition("=")[0] for shift in shifts} == set(QUANTITIES)
    assert "--significance=0.01" in arguments
    assert all(len(word) <= 256 for word in arguments)  # the most that SageMaker allows


def test_the_requests_of_a_period_are_named_by_a_manifest() -> None:
    inputs = {one["InputName"]: one["S3Input"] for one in requests.drift(PROD)["ProcessingInputs"]}
    assert inputs["data"]["S3DataType"] == "ManifestFile"
    assert inputs["data"]["S3Uri"] == "{drift_prefix}/manifest.json"
    assert inputs["baseline"]["S3DataType"] == "S3Prefix"


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"schedule": "daily"}, r"drift\.schedule='daily': allowed is rate\(NUMBER"),
        ({"period_hours": 0}, r"drift\.period_hours=0: allowed is 1 to 2208"),
        ({"ratings_days": 6}, r"drift\.ratings_days=6: allowed is 7 to 92"),
        ({"least_requests": 29}, r"drift\.least_requests=29: allowed is 30 to"),
        ({"significance": 0.5}, r"drift\.significance=0\.5: allowed is"),
        ({"class_mix": 1.5}, r"drift\.class_mix=1\.5: allowed is 0 to 1"),
        (
            {"instances": Instances(instance_type="ml.m7i.large", instance_count=2)},
            r"drift\.instances\.instance_count=2: allowed is 1",
        ),
    ],
)
def test_a_wrong_setting_is_named(values: dict[str, Any], message: str) -> None:
    with pytest.raises(SettingsError, match=message):
        Drift(**values)


@pytest.mark.parametrize(
    ("drift", "message"),
    [
        (Drift(schedule="rate(1 day)"), r"drift\.schedule='rate\(1 day\)': allowed is empty while"),
        (
            Drift(retrain=True),
            r"drift\.retrain=True: allowed is False while endpoint\.capture",
        ),
    ],
)
def test_where_nothing_is_captured_nothing_can_be_compared(drift: Drift, message: str) -> None:
    with pytest.raises(SettingsError, match=message):
        replace(DEV, drift=drift)


def test_a_type_that_processing_jobs_do_not_have_is_refused_at_synth() -> None:
    tiny = Drift(instances=Instances(instance_type="ml.m7i.tiny"))
    with pytest.raises(SettingsError, match=r"drift\.instances\.instance_type='ml\.m7i\.tiny'"):
        check_instance_types(replace(PROD, drift=tiny))


def test_its_quota_is_not_that_of_the_first_run() -> None:
    (quota,) = of_drift(PROD)
    assert (quota.name, quota.least, quota.wanted) == (
        "ml.m7i.large for processing job usage",
        0,
        1,
    )
    assert of_drift(DEV) == []
