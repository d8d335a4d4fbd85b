"""An embedded AWS for the faults of one file of tests, in which all goes well after each test."""

from collections.abc import Callable, Iterator
from functools import cache
from typing import Any

import pytest
from botocore.config import Config
from botocore.exceptions import ClientError

from localcloud.server import LocalCloud
from worlds.execution_world import BUCKET, World, zipped

Clients = Callable[[str], Any]
ONCE = Config(retries={"total_max_attempts": 1})
# Writes down that it was called, and then takes as long as it is told.
HANDLER = """
import time, boto3

def handler(event, context):
    boto3.client("s3").put_object(Bucket=event["bucket"], Key=event["key"], Body=b"done")
    time.sleep(event.get("seconds", 0))
    return "answer"
"""


@pytest.fixture(scope="module")
def cloud(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalCloud]:
    with LocalCloud(data_dir=tmp_path_factory.mktemp("cloud")) as running:
        yield running


@pytest.fixture(scope="module")
def world(cloud: LocalCloud) -> World:
    made = World(cloud.environment())
    made.role = made.make_role()
    made.client("s3").create_bucket(Bucket=BUCKET)
    return made


@pytest.fixture(scope="module")
def client(world: World) -> Clients:
    """One of each service, which asks once."""
    return cache(lambda service: world.client(service, config=ONCE))


@pytest.fixture(autouse=True)
def _all_goes_well_again(cloud: LocalCloud) -> Iterator[None]:
    yield
    cloud.faults.clear()


@pytest.fixture(scope="module")
def function(world: World) -> str:
    world.client("lambda").create_function(
        FunctionName="works",
        Runtime="python3.12",
        Role=world.role,
        Handler="handler.handler",
        Timeout=2,
        Code={"ZipFile": zipped("handler.py", HANDLER)},
    )
    return "works"


def error(raised: pytest.ExceptionInfo[ClientError]) -> tuple[str, str, int]:
    response = raised.value.response
    status = response["ResponseMetadata"]["HTTPStatusCode"]
    return response["Error"]["Code"], response["Error"]["Message"], status


def make_group(sagemaker: Any, name: str) -> Any:
    return sagemaker.create_model_package_group(ModelPackageGroupName=name)
