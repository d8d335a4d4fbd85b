"""Puts fleets in service: the first one, one after a restart, and the next one of an update.

An update is blue/green: the old instances serve until every new one is healthy, then the requests
move over in the steps of the policy, each followed by a baking period. An alarm in between, or an
instance that does not start, leaves the endpoint on the old configuration with a FailureReason.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from localcloud.core.cloud import Cloud
from localcloud.core.records import Record
from localcloud.hosting import endpoint_record
from localcloud.hosting.baking import Baking
from localcloud.hosting.container_client import INVOCATION_SECONDS
from localcloud.hosting.endpoint_record import DEPLOYED
from localcloud.hosting.fleet import Fleet
from localcloud.hosting.model import find_model
from localcloud.hosting.running import RunningEndpoints
from localcloud.hosting.traffic import Policy, Traffic
from localcloud.iam.role import Role


def put_in_service(cloud: Cloud, name: str) -> None:
    """Starts what the endpoint's record says, where nothing runs yet."""
    running = cloud.service(RunningEndpoints)
    try:
        deployed = endpoint_record.find(cloud, name)[DEPLOYED]
        with _pending(running, cloud, name, deployed) as fleet:
            fleet.start()
    except Exception as error:
        if not cloud.stopping.is_set():  # the next server starts it again
            endpoint_record.put_back(cloud, name, error, "Failed")
        return
    if cloud.stopping.is_set():
        return fleet.close()
    running.traffic[name] = Traffic(fleet)
    endpoint_record.change(cloud, name, EndpointStatus="InService")


def roll_out(cloud: Cloud, name: str, deployed: Record, policy: Policy) -> None:
    """Replaces the fleet in service; the endpoint is InService again when the old one is gone."""
    running = cloud.service(RunningEndpoints)
    try:
        baking = Baking(policy, _cloudwatch(cloud, name, deployed, policy), cloud.stopping)
        baking.check_alarms_exist()
        with _pending(running, cloud, name, deployed) as fleet:
            fleet.start()
            previous = running.traffic[name].fleet
            _shift(running, name, previous, fleet, policy, baking)
            cloud.stopping.wait(policy.termination_seconds)
            previous.close(drain_seconds=INVOCATION_SECONDS)
    except Exception as error:
        if not cloud.stopping.is_set():
            endpoint_record.put_back(cloud, name, error)
        return
    if not cloud.stopping.is_set():
        changes = {DEPLOYED: deployed, "EndpointConfigName": deployed["EndpointConfigName"]}
        endpoint_record.change(cloud, name, EndpointStatus="InService", **changes)


@contextmanager
def _pending(
    running: RunningEndpoints, cloud: Cloud, name: str, deployed: Record
) -> Iterator[Fleet]:
    """A new fleet, which DescribeEndpoint shows and a shutdown ends."""
    models = {
        variant["ModelName"]: find_model(cloud, variant["ModelName"])
        for variant in deployed["ProductionVariants"]
    }
    running.pending[name] = fleet = Fleet(cloud, name, deployed, models)
    try:
        yield fleet
    finally:
        del running.pending[name]


def _shift(
    running: RunningEndpoints,
    name: str,
    previous: Fleet,
    fleet: Fleet,
    policy: Policy,
    baking: Baking,
) -> None:
    """Returns when the new fleet serves alone; raises when the old one does, as before."""
    try:
        for share in policy.shares(fleet.instance_count):
            fleet.enter("ActivatingTraffic")
            fleet.activate(share)
            running.traffic[name] = Traffic(previous, fleet, share)
            fleet.enter("Baking")
            baking.bake()
    except BaseException:
        running.traffic[name] = Traffic(previous)
        fleet.close(drain_seconds=INVOCATION_SECONDS)
        raise
    running.traffic[name] = Traffic(fleet)


def _cloudwatch(cloud: Cloud, name: str, deployed: Record, policy: Policy) -> Any:
    if not policy.alarms:
        return None
    model = find_model(cloud, deployed["ProductionVariants"][0]["ModelName"])
    return Role.assume(cloud, model["ExecutionRoleArn"], f"SageMaker-{name}").client("cloudwatch")
