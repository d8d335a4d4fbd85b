"""What the first page shows: nothing that AWS does not give."""

from datetime import timedelta

import pytest
from starlette.testclient import TestClient

from tests.reviews.console.api import get
from tests.reviews.worlds.team_world import SERVING, TeamWorld


def test_what_serves_is_the_run_of_the_configuration_with_its_version(client: TestClient) -> None:
    assert get(client, "/serving")["serving"] == {
        "endpoint": "reviews-dev",
        "status": "InService",
        "config": f"reviews-dev-endpoint-config-{SERVING}-1",
        "deployed": "2026-11-24T12:00:00+00:00",
        "changed": "2026-11-24T12:05:00+00:00",
        "instances": 2,
        "run": SERVING,
        "execution": SERVING,
        "version": {
            "number": 2,
            "status": "Approved",
            "run": SERVING,
            "created": "2026-11-24T12:00:00+00:00",
            "accuracy": 0.82,
            "macro_f1": 0.8,
            "origin": "trained here",
        },
    }


def test_a_model_that_is_in_no_registry_has_no_version_and_no_scores(
    client: TestClient, world: TeamWorld
) -> None:
    world.versions = {3: "another"}
    found = get(client, "/serving")["serving"]
    assert (found["run"], found["version"]) == (SERVING, None)


def test_an_endpoint_that_is_not_there_says_how_to_get_one(
    client: TestClient, world: TeamWorld
) -> None:
    world.has_endpoint = False
    assert get(client, "/serving") == {
        "serving": None,
        "reason": "The endpoint reviews-dev does not exist yet. A run creates it: reviews run FILE "
        "--env dev",
        "is_stopped": False,
    }


def test_a_stopped_endpoint_says_since_when_and_is_started(
    client: TestClient, world: TeamWorld
) -> None:
    world.stop_endpoint()
    found = get(client, "/serving")
    assert found["is_stopped"]
    assert found["reason"].startswith("reviews-dev is stopped since 2026-11-24 12:00 UTC, after 4")
    answer = client.post("/api/endpoint/start", json={})
    assert (answer.status_code, answer.json()["message"].partition(" with ")[0]) == (
        200,
        "reviews-dev is being created",
    )
    assert world.changes == ["create reviews-dev"]


def test_requests_are_counted_in_the_last_hour_and_the_last_day(
    client: TestClient, world: TeamWorld
) -> None:
    recent, old = timedelta(minutes=10), timedelta(hours=5)
    world.requests = {
        "Invocations": [(old, 100.0), (recent, 7.0)],
        "Invocation4XXErrors": [(old, 3.0), (recent, 0.0)],
        "Invocation5XXErrors": [(old, 1.0)],
    }
    assert get(client, "/traffic") == [
        {"hours": 1, "requests": 7, "errors_4xx": 0, "errors_5xx": None},
        {"hours": 24, "requests": 107, "errors_4xx": 3, "errors_5xx": 1},
    ]


def test_without_data_points_the_number_of_requests_is_not_known(client: TestClient) -> None:
    (_, day) = get(client, "/traffic")
    assert day == {"hours": 24, "requests": None, "errors_4xx": None, "errors_5xx": None}


def test_alarms_have_their_states(client: TestClient) -> None:
    errors, latency, executions = get(client, "/alarms")
    assert (errors["name"], errors["state"]) == ("EndpointErrors", "ALARM")
    assert (latency["name"], latency["state"]) == ("EndpointLatency", "INSUFFICIENT_DATA")
    assert errors["since"] == "2026-11-24T12:00:00+00:00"
    assert executions["since"] is None


@pytest.mark.parametrize(
    ("path", "operation"),
    [
        ("serving", "DescribeEndpoint"),
        ("traffic", "GetMetricStatistics"),
        ("alarms", "DescribeAlarms"),
        ("drift", "ListObjectsV2"),
    ],
)
def test_what_aws_forbids_is_an_error_of_that_part_alone(
    client: TestClient, world: TeamWorld, path: str, operation: str
) -> None:
    world.denied = {operation}
    answer = client.get(f"/api/{path}")
    assert answer.status_code == 502
    assert f"User me is not authorized to {operation}" in answer.json()["error"]
    others = {"serving", "traffic", "alarms", "drift"} - {path}
    assert {client.get(f"/api/{other}").status_code for other in others} == {200}
