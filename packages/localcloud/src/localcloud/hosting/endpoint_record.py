"""The records of endpoints, and who may change one."""

import threading
import time

from localcloud.core import records
from localcloud.core.cloud import Cloud, Service
from localcloud.core.errors import AwsError, ValidationException
from localcloud.core.records import Record

KIND = "endpoint"
# What runs, as `deployment` describes it; Describe does not show this field.
DEPLOYED = "Deployed"
_LONGEST_REASON = 1024


class FailedChange(Exception):
    """The endpoint could not become what was asked for; the text becomes its FailureReason."""


class _Claims(Service):
    """Makes "is it in service? update it" one step."""

    def __init__(self, cloud: Cloud) -> None:
        super().__init__(cloud)
        self.lock = threading.Lock()


def arn(cloud: Cloud, name: str) -> str:
    """The ARN of an endpoint."""
    return records.arn(cloud, "endpoint", name)


def find(cloud: Cloud, name: str) -> Record:
    """The record of an endpoint. Raises ValidationException."""
    return records.find(cloud, KIND, name, f'Could not find endpoint "{arn(cloud, name)}".')


def change(cloud: Cloud, name: str, **changes: object) -> None:
    """Changes fields of the record; nothing if the endpoint is deleted."""
    cloud.store.update(KIND, name, LastModifiedTime=time.time(), **changes)


def claim(cloud: Cloud, name: str, status: str = "Updating", **changes: object) -> None:
    """Gives the endpoint to one change at a time. A failed one can only be deleted, as on AWS."""
    allowed = ("InService", "Failed") if status == "Deleting" else ("InService",)
    with cloud.service(_Claims).lock:
        record = find(cloud, name)
        if record["EndpointStatus"] not in allowed:
            raise _refusal(record)
        change(cloud, name, EndpointStatus=status, FailureReason=None, **changes)


def _refusal(record: Record) -> ValidationException:
    state = "failed" if record["EndpointStatus"] == "Failed" else "in-progress"
    return ValidationException(f'Cannot update {state} endpoint "{record["EndpointArn"]}".')


def put_back(cloud: Cloud, name: str, error: Exception, status: str = "InService") -> str:
    """Ends a change that came to nothing; returns the FailureReason."""
    known = isinstance(error, AwsError | FailedChange)
    reason = (str(error) if known else f"{type(error).__name__}: {error}")[:_LONGEST_REASON]
    change(cloud, name, EndpointStatus=status, FailureReason=reason)
    return reason
