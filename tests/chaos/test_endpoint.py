"""An endpoint under load while its model changes, for the better and for the worse."""

import io
import tarfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from localcloud.server import LocalCloud
from tests.chaos.load import BAD_SHARE, asked
from tests.chaos.outcomes import Outcome, Tried
from worlds.execution_world import INFERENCE, World, cloud, world
from worlds.served_model import deployment, make_model, size, variant

__all__ = ["cloud", "world"]
pytestmark = [pytest.mark.slow, pytest.mark.timeout(900)]
AREA = "Endpoint"
NAME = "chaos"
SECONDS = 300
UPDATE_AT = 60
MOST_GROWTH = 0.05  # of a model's process
# The server keeps the endpoint's log, which has two lines for each request.
MOST_KEPT = 4096
BROKEN = """
    def model_fn(model_dir):
        raise RuntimeError("these weights are of another model")
"""
CANARY = deployment("CANARY", wait=10, CanarySize=size(50))


def packed(folder: Path) -> bytes:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w:gz") as tar:
        tar.add(folder, arcname=".")
    return buffer.getvalue()


@pytest.fixture(scope="module")
def endpoint(world: World, trained: Path) -> Iterator[str]:
    """Serves `first`; there are `second`, which is as good, and `broken`."""
    url = world.upload("models/trained.tar.gz", packed(trained / "model"))
    container = {
        "Image": INFERENCE,
        "ModelDataUrl": url,
        "Environment": {"SAGEMAKER_PROGRAM": "inference.py", "OMP_NUM_THREADS": "1"},
    }
    for name in ("first", "second"):
        world.sagemaker.create_model(
            ModelName=name, ExecutionRoleArn=world.role, PrimaryContainer=container
        )
        world.sagemaker.create_endpoint_config(
            EndpointConfigName=name, ProductionVariants=[variant("AllTraffic", name)]
        )
    make_model(world, "broken", BROKEN)
    world.sagemaker.create_endpoint(EndpointName=NAME, EndpointConfigName="first")
    described = world.wait_for_endpoint(NAME)
    assert described["EndpointStatus"] == "InService", described.get("FailureReason")
    yield NAME
    world.sagemaker.delete_endpoint(EndpointName=NAME)


def updated(world: World, config: str) -> dict[str, Any]:
    """The endpoint after its update."""
    world.sagemaker.update_endpoint(
        EndpointName=NAME, EndpointConfigName=config, DeploymentConfig=CANARY
    )
    return world.wait_for_endpoint(NAME)


def test_no_request_fails_in_minutes_of_load_with_a_new_model_and_memory_stays_flat(
    cloud: LocalCloud, world: World, endpoint: str, tried: Tried
) -> None:
    end = time.monotonic() + SECONDS
    with asked(world, endpoint, cloud.address.pid) as (heard, memory):
        time.sleep(UPDATE_AT)
        described = updated(world, "second")
        while time.monotonic() < end:
            time.sleep(1)
    grown, asked_for = memory.grown(), len(heard.seconds) + heard.refused
    print(f"{len(heard.seconds)} answers, {heard.refused} refused, p99 {heard.p99:.3f} s")
    for pid, more in grown.items():
        print(f"process {pid}: {memory.samples[pid][-1] / 2**20:.1f} MiB, {more / 2**20:.1f} more")
    assert heard.errors == []
    assert (described["EndpointStatus"], described["EndpointConfigName"]) == ("InService", "second")
    assert heard.refused > BAD_SHARE / 2 * len(heard.seconds) > 0
    kept = grown.pop(cloud.address.pid)
    assert kept < MOST_KEPT * asked_for / 2
    assert len(grown) == 2  # the models
    for pid, more in grown.items():
        assert more < MOST_GROWTH * memory.samples[pid][-1]
    tried(AREA, "32 clients for 5 minutes, 5 % bad requests, a new model", Outcome.SAME)


def test_a_model_that_does_not_load_never_gets_a_request(
    cloud: LocalCloud, world: World, endpoint: str, tried: Tried
) -> None:
    before = world.sagemaker.describe_endpoint(EndpointName=NAME)["EndpointConfigName"]
    with asked(world, endpoint, cloud.address.pid) as (heard, _):
        described = updated(world, "broken")
    assert heard.errors == []
    assert heard.seconds
    assert (described["EndpointStatus"], described["EndpointConfigName"]) == ("InService", before)
    assert "these weights are of another model" in described["FailureReason"]
    tried(AREA, "a new model that does not load", Outcome.SAME)
