"""The list of executions, one of them, and two that are compared."""

import json

from starlette.testclient import TestClient

from tests.reviews.console.api import get, refused
from tests.reviews.worlds import recorded_runs
from tests.reviews.worlds.recorded_runs import FAILED, RUNNING, SUCCEEDED
from tests.reviews.worlds.team_world import TeamWorld


def test_executions_are_listed_newest_first(client: TestClient) -> None:
    found = get(client, "/executions")
    assert [(item["name"], item["status"]) for item in found["executions"]] == [
        (RUNNING, "RUNNING"),
        (SUCCEEDED, "SUCCEEDED"),
        (FAILED, "FAILED"),
    ]
    assert [item["ended"] is None for item in found["executions"]] == [True, False, False]
    assert found["after"] == ""


def test_an_execution_is_listed_with_its_data_its_model_and_its_scores(client: TestClient) -> None:
    running, succeeded, failed = get(client, "/executions")["executions"]
    assert succeeded["reviews"] == "s3://data/reviews/1a2b3c/sample.csv"
    assert succeeded["base_model"] == "roberta-base"
    assert (succeeded["accuracy"], succeeded["macro_f1"]) == (0.8095, 0.8081)
    assert (running["step"], running["accuracy"]) == ("Train", None)
    assert (failed["step"], failed["accuracy"]) == (None, None)


def test_an_execution_that_waits_for_approval_is_listed_as_such(
    client: TestClient, world: TeamWorld
) -> None:
    world.wait_for_approval()
    assert [item["waits"] for item in get(client, "/executions")["executions"]] == [
        True,
        False,
        False,
        False,
    ]


def test_runs_that_have_ended_are_read_once(client: TestClient, world: TeamWorld) -> None:
    world.runs = [recorded_runs.succeeded(), recorded_runs.failed()]
    get(client, "/executions")
    world.calls.clear()
    get(client, "/executions")
    assert world.calls == ["ListExecutions"]


def test_a_run_whose_history_was_deleted_has_no_data(client: TestClient, world: TeamWorld) -> None:
    world.denied = {"GetExecutionHistory"}
    world.runs = [recorded_runs.succeeded()]
    assert "GetExecutionHistory" in refused(client.get("/api/executions"), 502)
    world.denied, world.forgotten = set(), {SUCCEEDED}
    (item,) = get(client, "/executions")["executions"]
    assert (item["reviews"], item["accuracy"]) == (None, None)


def test_older_executions_come_page_by_page(client: TestClient, world: TeamWorld) -> None:
    world.runs = [recorded_runs.running(f"run-{number}") for number in range(51)]
    after = get(client, "/executions")["after"]
    older = get(client, f"/executions?after={after}")
    assert [item["name"] for item in older["executions"]] == ["run-50"]
    assert older["after"] == ""


def test_a_page_token_that_step_functions_has_not_given_is_refused(client: TestClient) -> None:
    answer = client.get("/api/executions?after=older")
    assert refused(answer).startswith("after=older: An error occurred (InvalidToken)")


def test_a_running_execution_has_its_steps_and_states(client: TestClient) -> None:
    seen = get(client, f"/executions/{RUNNING}")
    steps = {step["title"]: step for step in seen["steps"]}
    assert (seen["finished"], seen["ended"]) == (False, None)
    assert [steps[title]["state"] for title in ("Process", "Train", "Evaluate")] == [
        "done",
        "running",
        "waiting",
    ]
    assert steps["Train"]["job"] == f"reviews-dev-train-{RUNNING}-1"
    assert "validation:accuracy=0.7524" in steps["Train"]["latest"]
    assert seen["states"]["WaitForTraining"] == {"status": "running", "visits": 2}
    assert "StartEvaluation" not in seen["states"]
    assert ["TrainingDone?", "WaitForTraining"] in seen["moves"]


def test_a_failed_execution_says_error_and_cause(client: TestClient) -> None:
    seen = get(client, f"/executions/{FAILED}")
    assert (seen["status"], seen["error"]) == ("FAILED", "Train")
    assert seen["cause"] == f"Train: {recorded_runs.TROUBLE}"
    assert seen["states"]["HandleFailure"]["status"] == "failed"


def test_an_execution_whose_input_was_refused_breaks_no_page(
    client: TestClient, world: TeamWorld
) -> None:
    world.runs = [recorded_runs.refused("bad-from"), *world.runs]
    assert get(client, "/executions")["executions"][0]["status"] == "FAILED"
    assert get(client, "/executions/bad-from")["cause"] == "from_run: there is no run 'typo'"
    assert get(client, "/executions/bad-from/reports") == []
    assert get(client, "/executions/bad-from/curves")["points"] == {}
    assert get(client, "/executions/bad-from/states/Prepare")["visits"] == 1
    assert get(client, "/executions/bad-from/graph")["boxes"]


def test_an_execution_that_is_not_there_is_refused(client: TestClient) -> None:
    message = refused(client.get("/api/executions/run-20261124-130001"))
    assert "There is no run named run-20261124-130001." in message


def test_only_new_events_are_fetched(client: TestClient, world: TeamWorld) -> None:
    world.runs[0].history.visit("Begin")
    get(client, f"/executions/{RUNNING}")
    world.calls.clear()
    get(client, f"/executions/{RUNNING}/curves")
    assert world.calls == []  # within the same second


# -- runs --------------------------------------------------------------------------------------


def test_a_run_has_its_data_its_model_and_its_scores(client: TestClient) -> None:
    found = get(client, f"/executions/{SUCCEEDED}/run")
    assert (found["base_model"], found["accuracy"]) == ("roberta-base", 0.8095)


def test_two_runs_are_compared(client: TestClient, world: TeamWorld) -> None:
    other = recorded_runs.succeeded("other")
    world.runs.append(other)
    evaluation = {**recorded_runs.EVALUATION, "accuracy": float("nan"), "macro_f1": 0.9}
    world.objects["runs/other/evaluation/evaluation.json"] = json.dumps(evaluation).encode()
    found = get(client, f"/comparison?first={SUCCEEDED}&second=other")
    assert found["runs"] == [SUCCEEDED, "other"]
    assert found["metrics"]["macro_f1"] == [0.8081, 0.9]
    assert found["metrics"]["accuracy"] == [0.8095, None]
    assert found["settings"] == {}


def test_a_comparison_needs_two_runs_that_exist(client: TestClient) -> None:
    one = client.get(f"/api/comparison?first={SUCCEEDED}")
    assert refused(one) == "Choose two runs to compare."
    unknown = client.get(f"/api/comparison?first={SUCCEEDED}&second=typo")
    assert "There is no run named typo." in refused(unknown)
