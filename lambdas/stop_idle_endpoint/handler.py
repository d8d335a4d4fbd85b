"""Stops an endpoint that nobody has asked for some hours, and ends the start of a stopped one.

A schedule invokes it every few minutes. Stopping is deleting, since AWS charges for as long as an
endpoint exists; its model and its endpoint configuration remain, which cost nothing.
"""

import logging
from datetime import UTC, datetime, timedelta
from typing import Any

import boto3
import invocations
from rules import reason_to_stay

from contract import autoscaling
from contract.stopped_endpoint import StoppedEndpoint, own_tags
from shared.endpoints import deploying_execution, find_endpoint, tags_of
from shared.environment import Environment
from shared.errors import translate_errors
from shared.stopped_endpoint import StoppedEndpointRecord

ENVIRONMENT = Environment.read()
SAGEMAKER = boto3.client("sagemaker")
SCALING = boto3.client("application-autoscaling")
CLOUDWATCH = boto3.client("cloudwatch")
STATES = boto3.client("stepfunctions")
S3 = boto3.client("s3")
# `reviews endpoint stop` deletes the endpoint moments after it has written the record. If it is
# still there after that time, the stop was interrupted.
_STOPPING = timedelta(minutes=10)
_LOGGER = logging.getLogger()


@translate_errors
def handler(event: dict[str, Any], _context: object) -> dict[str, Any]:
    """`idle_hours`: without requests; `scales`: whether the endpoint may have a scalable target."""
    return look(event["idle_hours"], scales=event["scales"], now=datetime.now(UTC))


def look(idle_hours: float, *, scales: bool, now: datetime) -> dict[str, Any]:
    endpoint = find_endpoint(SAGEMAKER, ENVIRONMENT.endpoint)
    if endpoint is None:
        return _result("there is no endpoint")
    record = StoppedEndpointRecord(S3, ENVIRONMENT.artefact_bucket)
    stopped = end_start(record, endpoint, now)
    tags = tags_of(SAGEMAKER, endpoint["EndpointArn"])
    reason = reason_to_stay(
        endpoint,
        timedelta(hours=idle_hours),
        now,
        deploying=lambda: deploying_execution(STATES, tags),
        requests_since=lambda since: invocations.count(CLOUDWATCH, endpoint, since, now),
    )
    if reason:
        return _result(reason)
    scaling = _scaling(endpoint) if scales else []
    # After a stop that was interrupted, only its record still has the scaling.
    is_same = stopped and stopped.config == endpoint["EndpointConfigName"]
    earlier = stopped.scaling if stopped and is_same else []
    record.write(
        StoppedEndpoint(
            config=endpoint["EndpointConfigName"],
            tags=own_tags(tags),
            scaling=scaling or earlier,
            reason=f"after {idle_hours:g} hours without requests",
        )
    )
    autoscaling.deregister(SCALING, scaling)
    SAGEMAKER.delete_endpoint(EndpointName=ENVIRONMENT.endpoint)
    return _result("")


def end_start(
    record: StoppedEndpointRecord, endpoint: dict[str, Any], now: datetime
) -> StoppedEndpoint | None:
    """Registers the scaling of an endpoint that is in service again, and deletes its record.

    Returns the record if it remains.
    """
    stopped = record.read()
    if stopped is None or endpoint["EndpointStatus"] != "InService":
        return stopped
    at = stopped.at or now
    is_being_stopped = endpoint["CreationTime"] <= at and now - at < _STOPPING
    if is_being_stopped:
        return stopped
    if endpoint["EndpointConfigName"] == stopped.config:  # else a run has deployed since
        autoscaling.register(SCALING, stopped.scaling)
    record.delete()
    return None


def _scaling(endpoint: dict[str, Any]) -> list[dict[str, Any]]:
    variants = [variant["VariantName"] for variant in endpoint["ProductionVariants"]]
    return autoscaling.describe(SCALING, endpoint["EndpointName"], variants)


def _result(reason: str) -> dict[str, Any]:
    """The function's result; `reason` says why the endpoint stays, and is empty if it was
    stopped."""
    _LOGGER.info("%s", f"stays: {reason}" if reason else "stopped")
    return {"endpoint": ENVIRONMENT.endpoint, "stopped": not reason, "reason": reason}
