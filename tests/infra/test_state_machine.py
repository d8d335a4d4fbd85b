"""The definition of the state machine."""

from typing import Any

import pytest

from contract.names import resource_name
from contract.states import EVALUATION, PROCESSING, TRAINING, TUNING
from contract.steps import STEPS_WITH_A_JOB, Step
from infra.settings import ENVIRONMENTS, settings_for
from tests.infra import variants
from tests.infra.conftest import Synthesised
from tests.infra.synthesis import folder_of_the_run

EVERY = pytest.mark.parametrize("environment", ENVIRONMENTS)
_FIVE_DAYS = 5 * 24 * 3600
# Of one turn of a loop: Wait 2, Task 5, Choice 2 (entered, scheduled, started, …, exited).
_EVENTS_A_TURN = 9


@EVERY
def test_every_state_leads_to_another_that_exists(
    synthesised: Synthesised, environment: str
) -> None:
    definition = synthesised.definition(environment)
    states = definition["States"]
    reached = {definition["StartAt"]} | {name for s in states.values() for name in following(s)}
    assert reached == set(states)


@EVERY
def test_every_failure_is_handled_and_its_step_can_be_resumed(
    synthesised: Synthesised, environment: str
) -> None:
    states = synthesised.definition(environment)["States"]
    tasks = {name: state for name, state in states.items() if state["Type"] == "Task"}
    assert "Catch" not in tasks.pop("HandleFailure")
    entries = set()
    for task in tasks.values():
        (catch,) = task["Catch"]
        assert catch["ErrorEquals"] == ["States.ALL"]
        assert catch["Next"] == "HandleFailure"
        assert "errorMessage" in catch["Assign"]["reason"]
        entries.add(catch["Assign"]["resume_at"])
    resumed = {choice["Condition"].split("'")[1] for choice in states["Resume?"]["Choices"]}
    assert entries - resumed == {"SmokeTest"}
    assert states["Resume?"]["Default"] == "SmokeTest"


@EVERY
def test_a_start_that_fails_names_the_job_that_it_may_have_made(
    synthesised: Synthesised, environment: str
) -> None:
    states = synthesised.definition(environment)["States"]
    loops = {Step.PROCESS: PROCESSING, Step.TRAIN: TRAINING, Step.EVALUATE: EVALUATION}
    for step in STEPS_WITH_A_JOB:
        job = states[loops[step].start]["Catch"][0]["Assign"]["job"]
        name = resource_name(f"reviews-{environment}", step.value, "ID", 7).replace(
            "ID-7", "' & $run.id & '-' & $attempt"
        )
        assert f"'name': '{name}" in job
    job = states[TUNING.start]["Catch"][0]["Assign"]["job"]
    assert job == "{% {'kind': 'hyper-parameter-tuning', 'name': $run.tuning.job & $attempt} %}"


@EVERY
def test_a_person_is_asked_in_prod_alone(synthesised: Synthesised, environment: str) -> None:
    states = synthesised.definition(environment)["States"]
    assert ("AskApproval" in states) == (environment == "prod")


@EVERY
def test_retries_spread(synthesised: Synthesised, environment: str) -> None:
    tasks = [
        state
        for state in synthesised.definition(environment)["States"].values()
        if state["Type"] == "Task"
    ]
    for task in tasks:
        for retry in task["Retry"]:
            assert retry["JitterStrategy"] == "FULL"
            assert retry["MaxDelaySeconds"] <= 600


@EVERY
def test_no_user_error_is_retried(synthesised: Synthesised, environment: str) -> None:
    for state in synthesised.definition(environment)["States"].values():
        for retry in state.get("Retry", []):
            assert not {"States.ALL", "States.TaskFailed"} & set(retry["ErrorEquals"])


# Not local: a laptop looks often, and trains for minutes.
@pytest.mark.parametrize("environment", [name for name in ENVIRONMENTS if name != "local"])
def test_a_job_of_five_days_takes_few_events(environment: str) -> None:
    (settings,) = settings_for(environment)
    waiting, waited, turns = settings.waiting, 0.0, 0
    wait = float(waiting.start_s)
    while waited < _FIVE_DAYS:
        waited, turns = waited + wait, turns + 1
        wait = min(-(-wait * waiting.growth // 1), waiting.longest_s)
    assert turns * _EVENTS_A_TURN < 5000


def test_where_aws_lacks_instances_the_next_type_is_tried_at_once(
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    """And after the last of three the first again, after a wait."""
    folder = variants.synthesised("guarded", folder_of_the_run(tmp_path_factory))
    settings = variants.VARIANTS["guarded"]
    states = Synthesised({"guarded": folder}).definition("guarded", settings.name)["States"]
    started = states["StartTraining"]["Arguments"]["Payload"]
    assert started["instance_types"] == ["ml.c7i.4xlarge", "ml.c6i.4xlarge", "ml.m7i.4xlarge"]
    assert started["capacity_waits"] == "{% $capacity_waits %}"
    wait = states["WaitForCapacityOfTraining"]["Seconds"]
    assert wait == "{% ($capacity_waits + 1) % 3 = 0 ? 900 : 1 %}"
    assert "$capacity_waits < 36" in str(states["TrainingDone?"])
    assert states["WaitForCapacityOfProcessing"]["Seconds"] == 900


def following(state: dict[str, Any]) -> list[str]:
    """The names of the states that may come after this one."""
    names = [state.get("Next"), state.get("Default")]
    names += [choice["Next"] for choice in state.get("Choices", [])]
    names += [catch["Next"] for catch in state.get("Catch", [])]
    return [name for name in names if name]
