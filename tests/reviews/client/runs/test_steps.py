import json
from datetime import UTC, datetime, timedelta
from typing import Any

from reviews.client.runs.steps import State, read_steps

NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)


def events(*moves: tuple[str, str, Any]) -> list[dict[str, Any]]:
    """(enter or exit, state name, output) one second apart, in the shape of GetExecutionHistory."""
    made = []
    for index, (kind, name, output) in enumerate(moves):
        details: dict[str, Any] = {"name": name}
        if output is not None:
            details["output"] = json.dumps(output)
        key = "stateEnteredEventDetails" if kind == "enter" else "stateExitedEventDetails"
        time = NOON + timedelta(seconds=index)
        made.append({"id": index + 1, "timestamp": time, key: details})
    return made


def test_before_the_first_event_every_step_waits() -> None:
    assert {step.state for step in read_steps([], "RUNNING")} == {State.WAITING}


def test_a_step_is_done_when_a_later_one_has_begun() -> None:
    steps = read_steps(
        events(
            ("enter", "Prepare", None),
            ("exit", "Prepare", {}),
            ("enter", "StartProcessing", None),
            ("exit", "StartProcessing", {"kind": "processing", "name": "reviews-local-process-a"}),
            ("enter", "WaitForProcessing", None),
        ),
        "RUNNING",
    )
    assert [step.state for step in steps[:3]] == [State.DONE, State.RUNNING, State.WAITING]
    assert steps[0].ended == NOON + timedelta(seconds=2)
    assert steps[1].job == "reviews-local-process-a"


def test_the_step_that_ran_last_failed_when_the_execution_did() -> None:
    steps = read_steps(
        events(
            ("enter", "Prepare", None),
            ("enter", "StartTraining", None),
            ("enter", "HandleFailure", None),
        ),
        "FAILED",
    )
    assert steps[3].state is State.FAILED
    assert steps[4].state is State.WAITING


def test_a_step_whose_result_is_reused_says_from_which_run() -> None:
    prepared = {"id": "run-2", "prefix": "s3://b/runs/run-2", "reused": {"process": "run-1"}}
    moves = (("enter", "Prepare", None), ("exit", "Prepare", prepared))
    steps = read_steps(events(*moves, ("enter", "StartTraining", None)), "RUNNING")
    assert (steps[1].state, steps[1].source) == (State.REUSED, "run-1")
    assert [step.state for step in steps[2:4]] == [State.WAITING, State.RUNNING]


def test_the_last_step_is_done_when_the_execution_succeeded() -> None:
    steps = read_steps(
        events(("enter", "SmokeTest", None), ("enter", "Succeeded", None)), "SUCCEEDED"
    )
    assert steps[7].state is State.DONE


def test_a_start_that_failed_has_no_job() -> None:
    caught = {"Error": "QuotaTooSmall", "Cause": "{}"}
    moves = (("enter", "StartTraining", None), ("exit", "StartTraining", caught))
    steps = read_steps(events(*moves, ("enter", "HandleFailure", None)), "FAILED")
    assert (steps[3].state, steps[3].job) == (State.FAILED, "")
