"""Every waiter of boto3 whose operation is supported, over records in the store."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import WaiterError

from localcloud.composition import OPERATIONS
from localcloud.core.cloud import Cloud
from worlds.wire_client import client_of, new_cloud

DELAY = 0.01
# The resource type in ARNs and what begins the names of members.
JOBS = {
    "processing_job_completed_or_stopped": ("processing-job", "ProcessingJob"),
    "training_job_completed_or_stopped": ("training-job", "TrainingJob"),
    "transform_job_completed_or_stopped": ("transform-job", "TransformJob"),
}
ENDPOINTS = {
    "endpoint_in_service": ("endpoint", "Endpoint"),
    "endpoint_deleted": ("endpoint", "Endpoint"),
}
NAME = "one"


class Waiting:
    """A waiter on a resource that takes another status after it has been described twice."""

    def __init__(self, cloud: Cloud, waiter: str) -> None:
        self._cloud = cloud
        self._kind, self._noun = {**JOBS, **ENDPOINTS}[waiter]
        self._client = client_of(cloud)
        self._waiter = self._client.get_waiter(waiter)
        self.asked = 0

    def has(self, status: str) -> None:
        record: dict[str, Any] = {
            f"{self._noun}Name": NAME,
            f"{self._noun}Arn": f"arn:{self._kind}/{NAME}",
            f"{self._noun}Status": status,
            "Deployed": {"ProductionVariants": []},
            "CreationTime": 0,
            "LastModifiedTime": 0,
        }
        self._cloud.store.put(self._kind, NAME, record)

    def is_gone(self) -> None:
        self._cloud.store.delete(self._kind, NAME)

    def wait(self, then: Callable[[], None] = lambda: None) -> None:
        def count(**_: Any) -> None:
            self.asked += 1
            if self.asked == 3:
                then()

        self._client.meta.events.register_first("before-send", count)
        config = {"Delay": DELAY, "MaxAttempts": 5}
        self._waiter.wait(**{f"{self._noun}Name": NAME}, WaiterConfig=config)


@pytest.fixture
def cloud(tmp_path: Path) -> Cloud:
    return new_cloud(tmp_path)


def test_no_waiter_of_a_supported_operation_is_left_out(cloud: Cloud) -> None:
    client = client_of(cloud)
    described = {name: client.get_waiter(name).config.operation for name in client.waiter_names}
    supported = {name for name in described if ("sagemaker", described[name]) in OPERATIONS}
    assert supported == {*JOBS, *ENDPOINTS}


@pytest.mark.parametrize("end", ["Completed", "Stopped"])
@pytest.mark.parametrize("waiter", JOBS)
def test_a_job_is_waited_for_until_it_ends(cloud: Cloud, waiter: str, end: str) -> None:
    waiting = Waiting(cloud, waiter)
    waiting.has("InProgress")
    waiting.wait(lambda: waiting.has(end))
    assert waiting.asked == 3


@pytest.mark.parametrize("waiter", [*JOBS, *ENDPOINTS])
def test_a_failure_ends_the_wait(cloud: Cloud, waiter: str) -> None:
    waiting = Waiting(cloud, waiter)
    waiting.has("Failed")
    with pytest.raises(WaiterError, match="terminal failure state"):
        waiting.wait()


@pytest.mark.parametrize("waiter", [*JOBS, "endpoint_in_service"])
def test_nobody_waits_for_what_is_not_there(cloud: Cloud, waiter: str) -> None:
    with pytest.raises(WaiterError) as raised:
        Waiting(cloud, waiter).wait()
    assert raised.value.last_response["Error"]["Code"] == "ValidationException"


def test_an_endpoint_is_waited_for_until_it_is_in_service(cloud: Cloud) -> None:
    waiting = Waiting(cloud, "endpoint_in_service")
    waiting.has("Creating")
    waiting.wait(lambda: waiting.has("InService"))
    assert waiting.asked == 3


def test_an_endpoint_is_waited_for_until_it_is_gone(cloud: Cloud) -> None:
    waiting = Waiting(cloud, "endpoint_deleted")
    waiting.has("Deleting")
    waiting.wait(waiting.is_gone)
    assert waiting.asked == 3
