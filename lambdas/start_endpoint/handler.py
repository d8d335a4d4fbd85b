"""Starts the endpoint if it is stopped, and tells its status.

A schedule invokes it, and so may applications, as often as they like: until the status is
InService. The endpoint is created with the configuration that served, so it answers the same.
"""

from typing import Any

import boto3
from botocore.exceptions import ClientError

from contract.stopped_endpoint import StoppedEndpoint
from shared.endpoints import find_endpoint
from shared.environment import Environment
from shared.errors import translate_errors
from shared.stopped_endpoint import StoppedEndpointRecord

ENVIRONMENT = Environment.read()
SAGEMAKER = boto3.client("sagemaker")
S3 = boto3.client("s3")


class NothingToStart(Exception):
    """There is no endpoint, and none was stopped: a run has to deploy one."""


@translate_errors
def handler(_event: dict[str, Any], _context: object) -> dict[str, str]:
    """The answer has the name of the endpoint and its status, as of DescribeEndpoint."""
    record = StoppedEndpointRecord(S3, ENVIRONMENT.artefact_bucket)
    return {"endpoint": ENVIRONMENT.endpoint, "status": start(record.read())}


def start(stopped: StoppedEndpoint | None) -> str:
    """The status after that. Raises NothingToStart."""
    name = ENVIRONMENT.endpoint
    endpoint = find_endpoint(SAGEMAKER, name)
    if endpoint is None:
        return _create(name, stopped)
    status = str(endpoint["EndpointStatus"])
    if status == "Failed" and stopped and endpoint["EndpointConfigName"] == stopped.config:
        # A start that failed, such as for lack of capacity; the next invocation creates it anew.
        SAGEMAKER.delete_endpoint(EndpointName=name)
        return "Deleting"
    return status


def _create(name: str, stopped: StoppedEndpoint | None) -> str:
    if stopped is None:
        raise NothingToStart(f"{name} was never deployed, or deleted by hand: start a run")
    try:
        SAGEMAKER.create_endpoint(
            EndpointName=name, EndpointConfigName=stopped.config, Tags=stopped.tags
        )
    except ClientError:
        found = find_endpoint(SAGEMAKER, name)
        if found is None:
            raise
        return str(found["EndpointStatus"])  # of another start, or a run, that was faster
    return "Creating"
