"""Jobs and endpoints for which there are no machines."""

from collections.abc import Callable
from typing import Any

import pytest

from localcloud.server import LocalCloud
from worlds.execution_world import World
from worlds.faulty_cloud import Clients
from worlds.served_model import make_model
from worlds.waiting import until

NO_CAPACITY = (
    "Unable to provision requested ML compute capacity{}. Please retry using a different ML "
    "instance type or after some time."
)


@pytest.mark.parametrize(
    ("kind", "start"), [("training", World.train), ("processing", World.process)]
)
def test_a_job_without_machines_fails_before_it_starts(
    cloud: LocalCloud, world: World, client: Clients, kind: str, start: Callable[..., Any]
) -> None:
    job = f"{kind.title()}Job"
    cloud.faults.add("capacity", f"sagemaker:Create{job}", matching="without-machines")
    start(world, "without-machines", "print('never')", wait=False)
    describe = getattr(client("sagemaker"), f"describe_{kind}_job")
    ended = until(
        lambda: describe(**{f"{job}Name": "without-machines"}),
        lambda described: described[f"{job}Status"] != "InProgress",
    )
    reason = f"CapacityError: {NO_CAPACITY.format('')}"
    assert (ended[f"{job}Status"], ended["FailureReason"]) == ("Failed", reason)
    assert f"{kind.title()}StartTime" not in ended


def test_an_endpoint_without_machines_fails(
    cloud: LocalCloud, world: World, client: Clients
) -> None:
    make_model(world, "unplaced", "def model_fn(_): return None")
    cloud.faults.add("capacity", "sagemaker:CreateEndpoint")
    sagemaker = client("sagemaker")
    sagemaker.create_endpoint(EndpointName="unplaced", EndpointConfigName="unplaced")
    ended = until(
        lambda: sagemaker.describe_endpoint(EndpointName="unplaced"),
        lambda described: described["EndpointStatus"] != "Creating",
    )
    reason = NO_CAPACITY.format(" due to InsufficientInstanceCapacity error")
    assert (ended["EndpointStatus"], ended["FailureReason"]) == ("Failed", reason)
