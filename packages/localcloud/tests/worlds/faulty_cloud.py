"""An embedded AWS for the faults of one file of tests, in which all goes well after each test."""

from collections.abc import Callable, Iterator
from functools import cache
from typing import Any

import pytest
from botocore.config import Config
from botocore.exceptions import ClientError

from localcloud.server import LocalCloud
from worlds.execution_world import World, zipped

Clients = Callable[[str], Any]
ONCE = Config(retries={"total_max_attempts": 1})
# Writes down that it was called. With `hangs` it never gets so far.
HANDLER = """
import threading, boto3

S3 = boto3.client("s3")  # made before the time of an invocation begins

def handler(event, context):
    if event.get("hangs"):
        threading.Event().wait()
    S3.put_object(Bucket=event["bucket"], Key=event["key"], Body=b"done")
    return "answer"
"""


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
    """One whose time is over after 2 seconds."""
    return make_function(world, "works", timeout=2)


def make_function(world: World, name: str, *, timeout: int) -> str:
    world.client("lambda").create_function(
        FunctionName=name,
        Runtime="python3.12",
        Role=world.role,
        Handler="handler.handler",
        Timeout=timeout,
        Code={"ZipFile": zipped("handler.py", HANDLER)},
    )
    return name


def error(raised: pytest.ExceptionInfo[ClientError]) -> tuple[str, str, int]:
    response = raised.value.response
    status = response["ResponseMetadata"]["HTTPStatusCode"]
    return response["Error"]["Code"], response["Error"]["Message"], status


def make_group(sagemaker: Any, name: str) -> Any:
    return sagemaker.create_model_package_group(ModelPackageGroupName=name)
