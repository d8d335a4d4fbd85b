"""The console's app in this process, in front of the AWS of aws_world.py."""

import pytest
from starlette.testclient import TestClient

from reviews.console.account import Account
from reviews.console.app import make_app
from tests.reviews.console.aws_world import AwsWorld

PORT = 8123


@pytest.fixture
def world() -> AwsWorld:
    return AwsWorld()


@pytest.fixture
def client(world: AwsWorld) -> TestClient:
    app = make_app(Account(world), port=PORT)
    return TestClient(app, base_url=f"http://127.0.0.1:{PORT}")
