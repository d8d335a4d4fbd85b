import pytest
from starlette.testclient import TestClient

from reviews.console.guard import REPORT_POLICY
from tests.reviews.console.api import get, refused
from tests.reviews.worlds import recorded_runs
from tests.reviews.worlds.console_world import COLUMNS, SYNTAX_ERROR
from tests.reviews.worlds.recorded_runs import FAILED, RUNNING, SUCCEEDED
from tests.reviews.worlds.team_world import TeamWorld

# -- states ------------------------------------------------------------------------------------


def test_a_state_has_input_output_and_each_failed_attempt(client: TestClient) -> None:
    state = get(client, f"/executions/{FAILED}/states/StartTraining")
    (visit,) = state["shown"]
    assert state["definition"]["Type"] == "Task"
    assert visit["came_from"] == "FeaturesReady?"
    assert f"reviews-dev-train-{FAILED}-1" in visit["output"]
    assert [failure["error"] for failure in visit["failures"]] == ["Throttled"]


def test_a_state_with_a_question_mark_in_its_name_is_found(client: TestClient) -> None:
    state = get(client, f"/executions/{SUCCEEDED}/states/TrainingDone%3F")
    assert state["visits"] == 8
    assert [visit["number"] for visit in state["shown"]] == list(range(8, 0, -1))


def test_of_many_visits_the_newest_are_shown(client: TestClient, world: TeamWorld) -> None:
    for _ in range(60):
        recorded_runs.wait(world.runs[0].history, "Training")
    state = get(client, f"/executions/{RUNNING}/states/DescribeTraining")
    assert state["visits"] == 61
    assert [visit["number"] for visit in state["shown"]] == list(range(61, 11, -1))


def test_a_state_that_was_not_reached_has_no_visits(client: TestClient) -> None:
    state = get(client, f"/executions/{RUNNING}/states/SmokeTest")
    assert (state["visits"], state["shown"]) == (0, [])


def test_an_unknown_state_is_refused(client: TestClient) -> None:
    answer = client.get(f"/api/executions/{RUNNING}/states/Nowhere")
    assert refused(answer) == "There is no state Nowhere."


def test_the_graph_is_that_of_the_execution(client: TestClient, world: TeamWorld) -> None:
    boxes = get(client, f"/executions/{RUNNING}/graph")["boxes"]
    assert boxes[0]["name"] == "Begin"
    assert "DescribeStateMachineForExecution" in world.calls


# -- curves and reports ------------------------------------------------------------------------


def test_curves_are_those_of_the_trainings_log(client: TestClient) -> None:
    curves = get(client, f"/executions/{RUNNING}/curves")
    assert curves["steps"] == 240
    assert curves["points"]["validation:macro_f1"] == [[80, 0.6913], [160, 0.7462], [240, 0.7519]]
    assert len(curves["points"]["train:loss"]) == 60


def test_a_training_that_printed_nothing_has_no_curves(client: TestClient) -> None:
    assert get(client, f"/executions/{FAILED}/curves") == {"steps": 0, "points": {}}


def test_reports_are_those_that_are_in_s3(client: TestClient, world: TeamWorld) -> None:
    rules = f"runs/{SUCCEEDED}/training/reviews-dev-train-{SUCCEEDED}-1/rule-output"
    world.objects[f"{rules}/ProfilerReport/profiler-output/profiler-report.html"] = b"<p>rules"
    found = get(client, f"/executions/{SUCCEEDED}/reports")
    assert [report["name"] for report in found] == ["evaluation", "training", "profiler"]
    assert client.get(f"/reports/{SUCCEEDED}/profiler").text == "<p>rules"
    assert get(client, f"/executions/{RUNNING}/reports") == []


def test_a_report_runs_nothing_and_loads_nothing(client: TestClient) -> None:
    answer = client.get(f"/reports/{SUCCEEDED}/evaluation")
    assert "&lt;b&gt;Runs small&lt;/b&gt;" in answer.text
    assert answer.headers["Content-Security-Policy"] == REPORT_POLICY
    assert REPORT_POLICY.startswith("sandbox; default-src 'none';")


def test_the_profile_is_taken_out_of_the_trainings_archive(client: TestClient) -> None:
    assert "aten::addmm" in client.get(f"/reports/{SUCCEEDED}/training").text


def test_a_report_that_is_not_there_is_refused(client: TestClient) -> None:
    assert refused(client.get(f"/reports/{RUNNING}/evaluation")) == "There is no report evaluation."


# -- features ----------------------------------------------------------------------------------


def test_the_first_features_come_with_a_query_to_begin_with(client: TestClient) -> None:
    first = get(client, "/features")
    assert first["columns"] == COLUMNS
    assert (len(first["rows"]), first["more"]) == (20, False)
    assert "GROUP BY split_type, sentiment" in first["sql"]


def test_a_query_is_answered_with_its_rows(client: TestClient) -> None:
    answer = client.post("/api/queries", json={"sql": "SELECT count(*) FROM x"})
    assert answer.json() == {
        "columns": ["split_type", "sentiment", "reviews"],
        "rows": [["test", "-1", "105"]],
        "more": False,
    }


@pytest.mark.parametrize(("rows", "more"), [(500, False), (501, True), (2500, True)])
def test_no_more_rows_are_read_than_are_shown(
    client: TestClient, world: TeamWorld, rows: int, more: bool
) -> None:
    world.row_count = rows
    found = client.post("/api/queries", json={"sql": "SELECT * FROM x"}).json()
    assert (len(found["rows"]), found["more"]) == (500, more)
    assert world.calls.count("GetQueryResults") == 1


def test_athenas_reason_is_shown_as_it_is(client: TestClient) -> None:
    answer = client.post("/api/queries", json={"sql": "SELEKT 1"})
    assert refused(answer) == f"Athena: {SYNTAX_ERROR}"


@pytest.mark.parametrize("body", ["", "[]", '{"sql": 1}', '{"text": "x"}'])
def test_a_body_of_another_form_is_refused(client: TestClient, body: str) -> None:
    headers = {"Content-Type": "application/json"}
    answer = client.post("/api/queries", content=body, headers=headers)
    assert refused(answer) == 'Send {"sql": "..."}.'


# -- the endpoint ------------------------------------------------------------------------------


def test_a_prediction_comes_with_the_words_that_moved_it(
    client: TestClient, world: TeamWorld
) -> None:
    answer = client.post("/api/predictions", json={"text": "I love it, boxy though"}).json()
    effects = {word["text"]: word["effect"] for word in answer["words"]}
    assert answer["prediction"]["label"] == "positive"
    assert sum(answer["prediction"]["probabilities"].values()) == pytest.approx(1)
    assert effects["love"] > 0 > effects["boxy"]
    assert world.calls == ["InvokeEndpoint"]


def test_a_missing_endpoint_is_an_error_message(client: TestClient, world: TeamWorld) -> None:
    world.has_endpoint = False
    answer = client.post("/api/predictions", json={"text": "Soft."})
    reason = (
        "The endpoint reviews-dev does not exist yet. A run creates it: reviews run FILE --env dev"
    )
    assert refused(answer) == reason


def test_an_error_of_aws_is_shown_with_its_message(client: TestClient, world: TeamWorld) -> None:
    world.runs = [recorded_runs.running("new")]
    get(client, "/executions/new")
    world.runs = []
    assert refused(client.get("/api/executions/new/graph"), 502) == (
        "An error occurred (ExecutionDoesNotExist) when calling the "
        "DescribeStateMachineForExecution operation: Execution Does Not Exist: "
        "'arn:aws:states:us-east-1:000000000001:execution:reviews-dev:new'"
    )
