"""Removes what executions made, when CloudFormation deletes the environment.

The handler of a custom resource: CloudFormation waits for the answer it sends to ResponseURL.
"""

import json
import logging
import urllib.request
from typing import Any

from leftovers import remove_leftovers

_LOGGER = logging.getLogger()
_ANSWER_SECONDS = 30


def handler(event: dict[str, Any], _context: object) -> None:
    status, reason = "SUCCESS", ""
    try:
        if event["RequestType"] == "Delete":
            remove_leftovers(event["ResourceProperties"])
    except Exception as error:  # whatever happens, CloudFormation must not wait for an hour
        _LOGGER.exception("cleanup")
        status, reason = "FAILED", f"{type(error).__name__}: {error}"
    answer(event, status, reason)


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
