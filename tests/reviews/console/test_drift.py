"""The reports about drift."""

import json
from dataclasses import replace

from starlette.testclient import TestClient

from reviews.console.guard import REPORT_POLICY
from tests.drift_reports import report
from tests.reviews.console.api import get
from tests.reviews.worlds.environment import FakeEnvironment
from tests.reviews.worlds.team_world import TeamWorld

OLD, NEW = "20261123T120000Z-a", "20261124T120000Z-b"


def capture(environment: FakeEnvironment, percent: int) -> None:
    endpoint = replace(environment.settings.endpoint, capture_percent=percent)
    environment.settings = replace(environment.settings, endpoint=endpoint)


def test_the_newest_report_is_shown_and_the_others_are_named(
    client: TestClient, world: TeamWorld
) -> None:
    world.add_drift_report(OLD, report("class_mix"))
    world.add_drift_report(NEW, replace(report("class_mix"), verdict="no drift"))
    found = get(client, "/drift")
    assert found["names"] == [NEW, OLD]
    assert found["newest"]["verdict"] == "no drift"
    assert found["newest"]["findings"][0]["title"] == "Predicted classes"


def test_before_the_first_report_nothing_is_known(client: TestClient) -> None:
    assert get(client, "/drift") == {"names": [], "newest": None}


def test_a_number_that_could_not_be_computed_is_not_known(
    client: TestClient, world: TeamWorld
) -> None:
    finding = report("class_mix").findings[0]
    undefined = replace(finding, shift=float("nan"))
    world.add_drift_report(NEW, replace(report("class_mix"), findings=[undefined]))
    assert get(client, "/drift")["newest"]["findings"][0]["shift"] is None


def test_a_report_of_another_version_is_refused_by_name(
    client: TestClient, world: TeamWorld
) -> None:
    world.add_drift_report(NEW, replace(report("class_mix"), version=99))
    answer = client.get("/api/drift")
    assert answer.status_code == 400
    assert answer.json()["error"] == f"{NEW}: version 99 of a drift report is not known"


def test_a_page_runs_nothing_and_loads_nothing(client: TestClient, world: TeamWorld) -> None:
    world.add_drift_report(NEW, report("class_mix"))
    answer = client.get(f"/drift/{NEW}")
    assert answer.text.startswith("<h1>Drift</h1>")
    assert answer.headers["Content-Security-Policy"] == REPORT_POLICY
    missing = client.get(f"/drift/{OLD}")
    assert (missing.status_code, missing.json()) == (
        400,
        {"error": f"There is no drift report named {OLD}"},
    )


def test_a_comparison_is_started_for_the_period_of_the_settings(
    client: TestClient, world: TeamWorld, environment: FakeEnvironment
) -> None:
    capture(environment, 10)
    answer = client.post("/api/drift", json={})
    assert answer.json()["execution"].startswith("drift-")
    assert world.changes == [f"compare {json.dumps({})}"]


def test_without_captured_requests_nothing_is_compared(
    client: TestClient, world: TeamWorld, environment: FakeEnvironment
) -> None:
    capture(environment, 0)
    answer = client.post("/api/drift", json={})
    assert answer.status_code == 400
    assert answer.json()["error"].startswith("dev captures no requests")
    assert world.changes == []
