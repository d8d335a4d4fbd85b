from typing import Any

from reviews.console.visits import Status, Visit, read_visits
from tests.reviews.worlds.history import History


def of(history: History, state: str) -> list[Visit]:
    return [visit for visit in read_visits(history.events) if visit.state == state]


def test_a_visit_has_input_output_and_where_it_came_from() -> None:
    history = History({"a": 1}).visit("Begin").visit("Prepare", {"b": 2})
    (visit,) = of(history, "Prepare")
    assert (visit.input, visit.output) == ('{"a": 1}', '{"b": 2}')
    assert visit.came_from == "Begin"
    assert visit.status(is_running=True) is Status.DONE


def test_each_visit_of_a_loop_is_one() -> None:
    history = History({})
    for _ in range(3):
        history.visit("WaitForTraining").visit("DescribeTraining").visit("TrainingDone?")
    assert [visit.came_from for visit in of(history, "WaitForTraining")] == [
        "",
        "TrainingDone?",
        "TrainingDone?",
    ]


def test_a_state_without_an_end_runs_or_has_failed_with_the_execution() -> None:
    (visit,) = of(History({}).enter("WaitForTraining"), "WaitForTraining")
    assert visit.status(is_running=True) is Status.RUNNING
    assert visit.status(is_running=False) is Status.FAILED


def test_a_failed_attempt_is_shown_when_the_next_one_succeeds() -> None:
    history = History({}).enter("StartTraining").schedule().fail("Throttled", "slow down")
    history.schedule().succeed().leave("StartTraining")
    (visit,) = of(history, "StartTraining")
    assert [(failure.error, failure.cause) for failure in visit.failures] == [
        ("Throttled", "slow down")
    ]
    assert visit.status(is_running=True) is Status.DONE


def test_a_caught_error_differs_from_success() -> None:
    history = History({}).enter("StartTraining").schedule().fail("KeyError", "'x'")
    history.leave("StartTraining").enter("HandleFailure")
    (visit,) = of(history, "StartTraining")
    assert visit.status(is_running=True) is Status.CAUGHT


def test_the_end_of_the_execution_repeats_no_failure_of_its_state() -> None:
    history = History({}).enter("HandleFailure").schedule().fail("Train", "stopped")
    history.end(error="Train", cause="stopped")
    (visit,) = of(history, "HandleFailure")
    assert len(visit.failures) == 1


def test_a_state_that_only_ends_the_execution_has_its_failure() -> None:
    history = History({}).enter("TrainingDone?").end(error="States.Runtime", cause="no choice")
    (visit,) = of(history, "TrainingDone?")
    assert [failure.error for failure in visit.failures] == ["States.Runtime"]


def test_an_execution_that_was_stopped_without_a_cause_is_shown_as_failed() -> None:
    history = History({}).enter("WaitForTraining")
    aborted = {"id": 3, "previousEventId": 2, "timestamp": history.now, "type": "ExecutionAborted"}
    (visit,) = read_visits([*history.events, aborted])
    assert [failure.error for failure in visit.failures] == ["ExecutionAborted"]


def test_without_previous_ids_the_event_before_counts() -> None:
    events: list[dict[str, Any]] = [
        {key: value for key, value in event.items() if key != "previousEventId"}
        for event in History({}).visit("Begin").visit("Prepare").events
    ]
    assert [visit.came_from for visit in read_visits(events)] == ["", "Begin"]


def test_a_redriven_state_goes_on() -> None:
    history = History({}).enter("HandleFailure").schedule().fail("Train", "stopped")
    history.end(error="Train", cause="stopped")
    number = len(history.events) + 1
    redriven = {
        "id": number,
        "previousEventId": 0,
        "timestamp": history.now,
        "type": "ExecutionRedriven",
        "executionRedrivenEventDetails": {"redriveCount": 1},
    }
    left = {
        "id": number + 1,
        "previousEventId": number,
        "timestamp": history.now,
        "type": "TaskStateExited",
        "stateExitedEventDetails": {"name": "HandleFailure", "output": "{}"},
    }
    (visit,) = read_visits([*history.events, redriven, left])
    assert visit.status(is_running=True) is Status.DONE
