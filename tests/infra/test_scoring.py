"""Batch scoring in the templates and in the settings."""

from dataclasses import replace
from typing import Any

import pytest

from contract.names import scoring_name
from contract.scoring import MOST_PAYLOAD_MB
from infra import requests
from infra.instance_check import check_instance_types
from infra.quotas import of_scoring
from infra.setting_error import SettingsError
from infra.settings import ENVIRONMENTS, Scoring, settings_for
from tests.infra.conftest import Synthesised, plain
from tests.infra.test_state_machine import following

EVERY = pytest.mark.parametrize("environment", ENVIRONMENTS)
(DEV,) = settings_for("dev")


@EVERY
def test_every_state_leads_to_another_that_exists(
    synthesised: Synthesised, environment: str
) -> None:
    definition = synthesised.definition(environment, scoring_name(f"reviews-{environment}"))
    states = definition["States"]
    reached = {definition["StartAt"]} | {name for s in states.values() for name in following(s)}
    assert reached == set(states)


@EVERY
def test_whatever_fails_stops_the_job_and_deletes_the_model(
    synthesised: Synthesised, environment: str
) -> None:
    states = synthesised.definition(environment, scoring_name(f"reviews-{environment}"))["States"]
    tasks = {name: state for name, state in states.items() if state["Type"] == "Task"}
    handler = tasks.pop("HandleScoringFailure")
    assert "Catch" not in handler
    assert handler["Next"] == "Resume?"  # after a redrive
    for task in tasks.values():
        (catch,) = task["Catch"]
        assert (catch["ErrorEquals"], catch["Next"]) == (["States.ALL"], "HandleScoringFailure")


@EVERY
def test_a_redrive_repeats_no_job_that_has_come_to_its_end(
    synthesised: Synthesised, environment: str
) -> None:
    states = synthesised.definition(environment, scoring_name(f"reviews-{environment}"))["States"]
    (choice,) = states["Resume?"]["Choices"]
    assert (choice["Condition"], choice["Next"]) == (
        "{% $resume_at = 'EndScoring' %}",
        "EndScoring",
    )
    assert states["Resume?"]["Default"] == "StartTransform"
    (catch,) = states["EndScoring"]["Catch"]
    assert catch["Assign"]["resume_at"] == "EndScoring"


@EVERY
def test_the_cleanup_knows_both_state_machines(synthesised: Synthesised, environment: str) -> None:
    (leftovers,) = synthesised.resources(environment, "Pipeline", "Custom::Leftovers").values()
    machines = synthesised.resources(environment, "Pipeline", "AWS::StepFunctions::StateMachine")
    named = {plain(machine) for machine in leftovers["Properties"]["StateMachines"]}
    assert named == {f"<{name}>" for name in machines}


@EVERY
def test_a_request_of_a_job_holds_one_record(environment: str) -> None:
    request = requests.transform(*settings_for(environment))
    assert request["TransformInput"]["SplitType"] == "Line"
    assert request["BatchStrategy"] == "SingleRecord"
    payload = request["MaxPayloadInMB"] * request["MaxConcurrentTransforms"]
    assert payload <= MOST_PAYLOAD_MB


def test_a_record_is_answered_however_long_it_takes() -> None:
    variables = requests.scoring_model(DEV)["PrimaryContainer"]["Environment"]
    seconds = requests.transform(DEV)["ModelClientConfig"]["InvocationsTimeoutInSeconds"]
    for of_a_server in ("SAGEMAKER_MODEL_SERVER_TIMEOUT", "RAYSERVE_BACKEND_TIMEOUT"):
        assert variables[of_a_server] == str(seconds)
    # A request may ask for half of it (ml_code/serving/review_model.py).
    assert int(variables["MAX_LATENCY_MS"]) == 2 * 1000 * seconds


def test_instances_with_disks_of_their_own_get_no_volume_key() -> None:
    own = replace(DEV, scoring=Scoring(instance_type="ml.m5d.large"))
    assert "VolumeKmsKeyId" not in requests.transform(own)["TransformResources"]
    assert requests.transform(DEV)["TransformResources"]["VolumeKmsKeyId"] == "{key}"


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"instance_type": "m7i.large"}, "scoring.instance_type='m7i.large': allowed is ml."),
        ({"instance_type": "ml.g5.xlarge"}, "a type without a GPU"),
        ({"instance_count": 0}, "scoring.instance_count=0: allowed is 1 to 100"),
        ({"concurrent_requests": 51}, "scoring.concurrent_requests=51: allowed is 1 to 50"),
    ],
)
def test_a_wrong_setting_is_named(values: dict[str, Any], message: str) -> None:
    with pytest.raises(SettingsError, match=message):
        Scoring(**values)


def test_a_type_that_transform_jobs_do_not_have_is_refused_at_synth() -> None:
    with pytest.raises(SettingsError, match=r"scoring\.instance_type='ml\.m7i\.tiny'"):
        check_instance_types(replace(DEV, scoring=Scoring(instance_type="ml.m7i.tiny")))


def test_its_quotas_are_not_those_of_the_first_run() -> None:
    found = of_scoring(replace(DEV, scoring=Scoring(instance_count=4)))
    assert [(quota.name, quota.least, quota.wanted) for quota in found] == [
        ("ml.m7i.2xlarge for transform job usage", 0, 4),
        ("Number of instances across all transform jobs", 0, 4),
    ]
