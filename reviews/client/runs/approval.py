"""Answers the approval that an execution waits for."""

import json
from typing import Any

from botocore.exceptions import ClientError

from contract import s3_keys
from contract.names import run_id
from reviews.client.errors import InvalidArgument

_LONGEST_COMMENT = 1024
_NOT_WAITING = ("TaskTimedOut", "TaskDoesNotExist", "InvalidToken")


def answer(
    clients: Any, artefacts: str, run: str, *, approved: bool, comment: str, who: str
) -> None:
    """Sends the answer, with which the execution continues or fails. `clients` returns the client
    of a service, `run` is the name of the execution or the run id.

    Raises InvalidArgument when the execution does not wait for an answer.
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
        if error.response["Error"]["Code"] not in _NOT_WAITING:
            raise
        raise InvalidArgument(f"{run}: no longer waits for an answer") from error


def _token(s3: Any, artefacts: str, run: str) -> str:
    key = f"{s3_keys.run_prefix(run_id(run))}/{s3_keys.APPROVAL}"
    try:
        document = json.load(s3.get_object(Bucket=artefacts, Key=key)["Body"])
    except ClientError as error:
        if error.response["Error"]["Code"] != "NoSuchKey":
            raise
        raise InvalidArgument(f"{run}: no model of this run has waited for approval") from error
    token: str = document["token"]
    return token
