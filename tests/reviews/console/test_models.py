"""The versions of the model, of which one is deployed again or comes from another environment."""

from dataclasses import replace
from typing import Any

import pytest
from starlette.testclient import TestClient

from infra.settings import Peer, Promotion
from tests.reviews.console.api import get, refused
from tests.reviews.worlds.environment import FakeEnvironment
from tests.reviews.worlds.team_world import TeamWorld

_OTHER_ACCOUNT = Peer(
    name="reviews-staging", environment="staging", account="999999999999", region="us-east-1"
)


def models(client: TestClient) -> Any:
    return get(client, "/models")


def test_versions_come_newest_first_and_one_of_them_serves(client: TestClient) -> None:
    versions = models(client)["versions"]
    assert [version["number"] for version in versions] == [3, 2, 1]
    assert [version["serves"] for version in versions] == [False, True, False]
    assert [version["can_be_deployed"] for version in versions] == [True, False, True]
    assert (versions[0]["accuracy"], versions[0]["origin"]) == (0.83, "trained here")


def test_a_version_that_was_rejected_cannot_be_deployed(
    client: TestClient, world: TeamWorld
) -> None:
    world.rejected = {1}
    assert [version["can_be_deployed"] for version in models(client)["versions"]] == [
        True,
        False,
        False,
    ]
    answer = client.post("/api/rollbacks", json={"version": 1})
    assert "version 1 is Rejected: only an approved version is deployed" in refused(answer)
    assert world.changes == []


def test_without_an_endpoint_no_version_serves(client: TestClient, world: TeamWorld) -> None:
    world.has_endpoint = False
    assert {version["serves"] for version in models(client)["versions"]} == {False}


def test_a_rollback_is_an_execution_that_deploys_the_version(
    client: TestClient, world: TeamWorld
) -> None:
    run = client.post("/api/rollbacks", json={"version": 1}).json()["run"]
    assert run.startswith("rollback-")
    assert world.changes == [f'start {run} {{"start_at": "rollback", "version": 1}}']
    assert client.get("/api/executions").json()["executions"][0]["name"] == run


@pytest.mark.parametrize(
    ("version", "reason"),
    [(2, "reviews-dev serves version 2 already"), (9, "reviews-dev has no version 9")],
)
def test_a_version_that_serves_or_that_there_is_not_is_refused(
    client: TestClient, world: TeamWorld, version: int, reason: str
) -> None:
    assert reason in refused(client.post("/api/rollbacks", json={"version": version}))
    assert world.changes == []


@pytest.mark.parametrize("document", [{}, {"version": "1"}, {"version": True}])
def test_a_rollback_names_a_version(
    client: TestClient, world: TeamWorld, document: dict[str, Any]
) -> None:
    assert refused(client.post("/api/rollbacks", json=document)) == 'Send {"version": 1}.'
    assert world.changes == []


def test_a_promotion_is_an_execution_that_takes_the_model_of_another_environment(
    client: TestClient, world: TeamWorld, environment: FakeEnvironment
) -> None:
    promotion = Promotion(sources=(_OTHER_ACCOUNT,))
    # In another account than staging, which this machine therefore does not ask.
    environment.settings = replace(
        environment.settings, account="000000000001", promotion=promotion
    )
    assert models(client)["sources"] == ["staging"]
    answer = client.post("/api/promotions", json={"source": "staging", "model": "7"})
    run = answer.json()["run"]
    document = '{"start_at": "promotion", "from_environment": "staging", "from_version": 7}'
    assert world.changes == [f"start {run} {document}"]


def test_only_the_environments_of_the_settings_are_sources(
    client: TestClient, world: TeamWorld
) -> None:
    assert models(client)["sources"] == []
    answer = client.post("/api/promotions", json={"source": "prod", "model": "7"})
    assert "--from prod --to dev: dev takes models of none" in refused(answer)
    unknown = client.post("/api/promotions", json={"source": "typo", "model": "7"})
    assert "--env typo: allowed is" in refused(unknown)
    assert world.changes == []
