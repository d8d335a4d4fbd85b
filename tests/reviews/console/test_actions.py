"""Runs are stopped, redriven and approved by the functions of the commands."""

import json
from typing import Any

import pytest
from starlette.testclient import TestClient

from tests.reviews.console.api import refused
from tests.reviews.worlds.recorded_runs import FAILED, RUNNING, SUCCEEDED, WAITING
from tests.reviews.worlds.team_world import CALLER, TeamWorld


def act(client: TestClient, name: str, action: str, **document: Any) -> Any:
    answer = client.post(f"/api/executions/{name}/{action}", json=document)
    assert answer.status_code == 200, answer.text
    return answer.json()


def refusal(client: TestClient, name: str, action: str, **document: Any) -> str:
    return refused(client.post(f"/api/executions/{name}/{action}", json=document))


def offered(client: TestClient, name: str) -> Any:
    return client.get(f"/api/executions/{name}").json()["actions"]


def test_what_can_be_done_with_an_execution_follows_from_its_status(
    client: TestClient, world: TeamWorld
) -> None:
    world.wait_for_approval()
    assert offered(client, RUNNING) == ["stop"]
    assert offered(client, WAITING) == ["answer", "stop"]
    assert offered(client, FAILED) == ["redrive"]
    assert offered(client, SUCCEEDED) == []


def test_stop_ends_the_execution_and_its_job(client: TestClient, world: TeamWorld) -> None:
    job = f"reviews-dev-train-{RUNNING}-1"
    world.running_jobs = [job]
    assert act(client, RUNNING, "stop") == {"run": RUNNING, "stopped_jobs": [job]}
    assert world.changes == [f"stop {RUNNING}", f"stop {job}"]


def test_a_run_that_has_ended_cannot_be_stopped(client: TestClient, world: TeamWorld) -> None:
    reason = f"{SUCCEEDED} is SUCCEEDED: there is nothing to stop"
    assert refusal(client, SUCCEEDED, "stop") == reason
    assert world.changes == []


def test_redrive_continues_a_run_that_failed(client: TestClient, world: TeamWorld) -> None:
    assert act(client, FAILED, "redrive") == {"run": FAILED}
    assert world.changes == [f"redrive {FAILED}"]


def test_a_run_that_step_functions_does_not_redrive_says_why(
    client: TestClient, world: TeamWorld
) -> None:
    reason = f"{SUCCEEDED} is SUCCEEDED: Execution is SUCCEEDED"
    assert refusal(client, SUCCEEDED, "redrive") == reason
    assert world.changes == []


@pytest.mark.parametrize(("approved", "verb"), [(True, "approved"), (False, "rejected")])
def test_an_answer_has_the_caller_and_the_comment(
    client: TestClient, world: TeamWorld, approved: bool, verb: str
) -> None:
    world.wait_for_approval()
    done = act(client, WAITING, "answer", approved=approved, comment="seen")
    assert done == {"run": WAITING, "approved": approved, "by": CALLER}
    output = {"approved": approved, "comment": f"{verb} by {CALLER}: seen"}
    assert world.changes == [f"answer secret {json.dumps(output)}"]


def test_a_run_that_waits_for_no_approval_cannot_be_answered(
    client: TestClient, world: TeamWorld
) -> None:
    reason = refusal(client, RUNNING, "answer", approved=True, comment="")
    assert reason == f"{RUNNING}: no model of this run has waited for approval"
    assert world.changes == []


@pytest.mark.parametrize(
    "document",
    [{}, {"approved": "yes", "comment": ""}, {"approved": 1, "comment": ""}, {"approved": True}],
)
def test_an_answer_is_yes_or_no_with_a_comment(
    client: TestClient, world: TeamWorld, document: dict[str, Any]
) -> None:
    world.wait_for_approval()
    reason = refusal(client, WAITING, "answer", **document)
    assert reason == 'Send {"approved": true, "comment": "..."}.'
    assert world.changes == []


@pytest.mark.parametrize("action", ["stop", "redrive", "answer"])
def test_an_unknown_run_is_refused_with_the_most_similar_name(
    client: TestClient, world: TeamWorld, action: str
) -> None:
    reason = refusal(client, "too-few-epoch", action, approved=True, comment="")
    assert reason == "There is no run named too-few-epoch. Did you mean too-few-epochs?"
    assert world.changes == []


@pytest.mark.parametrize(
    ("name", "action", "operation"),
    [(RUNNING, "stop", "StopExecution"), (FAILED, "redrive", "RedriveExecution")],
)
def test_what_aws_forbids_is_an_error_with_its_message(
    client: TestClient, world: TeamWorld, name: str, action: str, operation: str
) -> None:
    world.denied = {operation}
    answer = client.post(f"/api/executions/{name}/{action}", json={})
    assert answer.status_code == 502
    assert f"User me is not authorized to {operation}" in answer.json()["error"]
    assert world.changes == []


def test_a_change_is_seen_at_once(client: TestClient, world: TeamWorld) -> None:
    assert offered(client, RUNNING) == ["stop"]
    act(client, RUNNING, "stop")
    world.calls.clear()
    offered(client, RUNNING)
    assert "DescribeExecution" in world.calls  # within the same second
