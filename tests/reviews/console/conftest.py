"""The console's application in this process, with the fake AWS of team_world.py."""

import pytest
from starlette.testclient import TestClient

from reviews.console.app import make_app
from tests.reviews.worlds.console_world import OUTPUTS
from tests.reviews.worlds.environment import FakeEnvironment
from tests.reviews.worlds.team_world import TeamWorld

PORT = 8123


@pytest.fixture
def world() -> TeamWorld:
    return TeamWorld()


@pytest.fixture
def environment(world: TeamWorld) -> FakeEnvironment:
    return FakeEnvironment(world, OUTPUTS)


@pytest.fixture
def client(environment: FakeEnvironment) -> TestClient:
    app = make_app(environment, port=PORT)
    return TestClient(app, base_url=f"http://127.0.0.1:{PORT}")
