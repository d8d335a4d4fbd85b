"""Removes what executions made, when CloudFormation deletes the environment, and the table of the
features that an update has done away with.

The handler of a custom resource: CloudFormation waits for the answer it sends to ResponseURL. An
endpoint that is just being created or updated may take longer than a function may, and then the
function calls itself once more.
"""

import json
import logging
import time
import urllib.request
from typing import Any

import boto3
from leftovers import StillThere, remove_leftovers, remove_old_table

LAMBDA = boto3.client("lambda")
_LOGGER = logging.getLogger()
_ANSWER_SECONDS = 30
_RESERVE_SECONDS = 60  # for the answer, or the next call
_LONGEST = 4  # calls of a quarter of an hour each, as long as CloudFormation waits


def handler(event: dict[str, Any], context: Any) -> None:
    status, reason = "SUCCESS", ""
    try:
        if event["RequestType"] == "Delete":
            seconds = context.get_remaining_time_in_millis() / 1000 - _RESERVE_SECONDS
            remove_leftovers(event["ResourceProperties"], time.monotonic() + seconds)
        if event["RequestType"] == "Update":
            remove_old_table(event["OldResourceProperties"], event["ResourceProperties"])
    except StillThere as error:
        _LOGGER.info("%s", error)
        if event.get("Call", 1) < _LONGEST:
            return call_again(event, context.invoked_function_arn)
        status, reason = "FAILED", str(error)
    except Exception as error:  # whatever happens, CloudFormation must not wait for an hour
        _LOGGER.exception("cleanup")
        status, reason = "FAILED", f"{type(error).__name__}: {error}"
    answer(event, status, reason)


def call_again(event: dict[str, Any], function: str) -> None:
    following = {**event, "Call": event.get("Call", 1) + 1}
    LAMBDA.invoke(
        FunctionName=function, InvocationType="Event", Payload=json.dumps(following).encode()
    )


def answer(event: dict[str, Any], status: str, reason: str) -> None:
    body = {
        "Status": status,
        "Reason": reason or "done",
        "PhysicalResourceId": event.get("PhysicalResourceId") or event["LogicalResourceId"],
        **{name: event[name] for name in ("StackId", "RequestId", "LogicalResourceId")},
    }
    request = urllib.request.Request(  # noqa: S310 - CloudFormation's own presigned URL
        event["ResponseURL"], json.dumps(body).encode(), {"Content-Type": ""}, method="PUT"
    )
    with urllib.request.urlopen(request, timeout=_ANSWER_SECONDS):  # noqa: S310
        pass
