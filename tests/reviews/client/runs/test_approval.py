import io
import json
from typing import Any

import pytest
from botocore.exceptions import ClientError

from reviews.client.errors import InvalidArgument
from reviews.client.runs import approval


def refused(code: str) -> ClientError:
    return ClientError({"Error": {"Code": code}}, "Call")


class Clients:
    """S3 with or without the token, and a state machine that waits or does not."""

    def __init__(self, *, asked: bool = True, waiting: bool = True) -> None:
        self._asked, self._waiting = asked, waiting
        self.sent: dict[str, str] = {}

    def __call__(self, _service: str) -> Any:
        return self

    def get_object(self, *, Bucket: str, Key: str) -> dict[str, Any]:
        assert (Bucket, Key) == ("artefacts", "runs/first/approval.json")
        if not self._asked:
            raise refused("NoSuchKey")
        return {"Body": io.BytesIO(b'{"token": "secret"}')}

    def send_task_success(self, **request: str) -> None:
        if not self._waiting:
            raise refused("TaskTimedOut")
        self.sent = request


@pytest.mark.parametrize(("approved", "verb"), [(True, "approved"), (False, "rejected")])
def test_the_answer_has_the_caller(approved: bool, verb: str) -> None:
    clients = Clients()
    approval.answer(clients, "artefacts", "first", approved=approved, comment="fine", who="arn:me")
    assert clients.sent["taskToken"] == "secret"
    answer = json.loads(clients.sent["output"])
    assert answer == {"approved": approved, "comment": f"{verb} by arn:me: fine"}


@pytest.mark.parametrize(
    ("clients", "message"),
    [
        (Clients(asked=False), "first: no model of this run has waited for approval"),
        (Clients(waiting=False), "first: no longer waits for an answer"),
    ],
)
def test_a_run_that_does_not_wait_is_named(clients: Clients, message: str) -> None:
    with pytest.raises(InvalidArgument, match=message):
        approval.answer(clients, "artefacts", "first", approved=True, comment="", who="arn:me")
