"""Deletes what executions have created, when CloudFormation deletes the environment, and the table
of a Feature Group that an update has replaced.

The handler of a custom resource: CloudFormation waits for the response that it sends to
ResponseURL. An endpoint that is being created or updated may take longer than the timeout of a
function; then the function invokes itself again.
"""

import json
import logging
import time
import urllib.request
from typing import Any

import boto3
from leftovers import NotDeletedYet, remove_leftovers, remove_old_table

LAMBDA = boto3.client("lambda")
_LOGGER = logging.getLogger()
_RESPONSE_SECONDS = 30
_RESERVE_SECONDS = 60  # for the response, or the next invocation
_MOST_CALLS = 4  # of a quarter of an hour each, which is CloudFormation's hour


def handler(event: dict[str, Any], context: Any) -> None:
    status, reason = "SUCCESS", ""
    try:
        if event["RequestType"] == "Delete":
            seconds = context.get_remaining_time_in_millis() / 1000 - _RESERVE_SECONDS
            remove_leftovers(event["ResourceProperties"], time.monotonic() + seconds)
        if event["RequestType"] == "Update":
            remove_old_table(event["OldResourceProperties"], event["ResourceProperties"])
    except NotDeletedYet as error:
        _LOGGER.info("%s", error)
        if event.get("Call", 1) < _MOST_CALLS:
            return invoke_again(event, context.invoked_function_arn)
        status, reason = "FAILED", str(error)
    except Exception as error:  # without a response CloudFormation would wait for an hour
        _LOGGER.exception("cleanup")
        status, reason = "FAILED", f"{type(error).__name__}: {error}"
    respond(event, status, reason)


def invoke_again(event: dict[str, Any], function: str) -> None:
    following = {**event, "Call": event.get("Call", 1) + 1}
    LAMBDA.invoke(
        FunctionName=function, InvocationType="Event", Payload=json.dumps(following).encode()
    )


def respond(event: dict[str, Any], status: str, reason: str) -> None:
    body = {
        "Status": status,
        "Reason": reason or "done",
        "PhysicalResourceId": event.get("PhysicalResourceId") or event["LogicalResourceId"],
        **{name: event[name] for name in ("StackId", "RequestId", "LogicalResourceId")},
    }
    request = urllib.request.Request(  # noqa: S310 - CloudFormation's own presigned URL
        event["ResponseURL"], json.dumps(body).encode(), {"Content-Type": ""}, method="PUT"
    )
    with urllib.request.urlopen(request, timeout=_RESPONSE_SECONDS):  # noqa: S310
        pass
