"""The answer of a person to a model that waits for one."""

import json
from typing import Any

from botocore.exceptions import ClientError

from contract import s3_keys
from reviews.client.errors import InvalidArgument

_LONGEST_COMMENT = 1024
_OVER = ("TaskTimedOut", "TaskDoesNotExist", "InvalidToken")


def answer(
    clients: Any, artefacts: str, run: str, *, approved: bool, comment: str, who: str
) -> None:
    """Lets the execution go on, or fail, with this answer; `clients` makes a client of a service.

    Raises InvalidArgument when nothing waits for it.
    """
    token = _token(clients("s3"), artefacts, run)
    verb = "approved" if approved else "rejected"
    text = f"{verb} by {who}{': ' if comment else ''}{comment}"
    try:
        clients("stepfunctions").send_task_success(
            taskToken=token,
            output=json.dumps({"approved": approved, "comment": text[:_LONGEST_COMMENT]}),
        )
    except ClientError as error:
        if error.response["Error"]["Code"] not in _OVER:
            raise
        raise InvalidArgument(f"{run}: no longer waits for an answer") from error


def _token(s3: Any, artefacts: str, run: str) -> str:
    key = f"{s3_keys.run_prefix(run)}/{s3_keys.APPROVAL}"
    try:
        document = json.load(s3.get_object(Bucket=artefacts, Key=key)["Body"])
    except ClientError as error:
        if error.response["Error"]["Code"] != "NoSuchKey":
            raise
        raise InvalidArgument(f"{run}: no model of this run was ever up for approval") from error
    token: str = document["token"]
    return token
