"""The console's application in this process, with the fake AWS of console_world.py."""

import pytest
from starlette.testclient import TestClient

from reviews.console.app import make_app
from tests.reviews.worlds.console_world import OUTPUTS, AwsWorld
from tests.reviews.worlds.environment import FakeEnvironment

PORT = 8123


@pytest.fixture
def world() -> AwsWorld:
    return AwsWorld()


@pytest.fixture
def client(world: AwsWorld) -> TestClient:
    app = make_app(FakeEnvironment(world, OUTPUTS), port=PORT)
    return TestClient(app, base_url=f"http://127.0.0.1:{PORT}")
