"""AWS in memory, behind real boto3 clients.

Requests are built and checked by botocore; a subclass answers them by methods with the names of
boto3's, such as `describe_endpoint`. The answers are checked, too, against the shapes of botocore's
service models.
"""

from functools import cache
from threading import Lock
from types import SimpleNamespace
from typing import Any

import boto3
from botocore import xform_name
from botocore.validate import validate_parameters

_LOCK = Lock()
_ASKED: dict[str, "FakeAws"] = {}  # service → the fake that its client asks


class Refused(Exception):
    """An error of the service, by its code; `members` are what else such an error has."""

    def __init__(self, code: str, message: str, **members: Any) -> None:
        super().__init__(message)
        self.code, self.members = code, members


class FakeAws:
    """Answers the requests of its clients; several threads may ask at once."""

    def client(self, service: str) -> Any:
        """Clients are made once, since that takes long; they ask the fake that was asked last."""
        with _LOCK:
            client = _client(service)
            if _ASKED.get(service) is not self:
                events, handler = client.meta.events, {"unique_id": "fake"}
                events.unregister("before-call.*.*", **handler)
                events.register("before-call.*.*", self._answer, **handler)
                _ASKED[service] = self
        return client

    def on_call(self, operation: str) -> None:
        """Called with the name of each operation, before it is answered; may raise Refused."""

    def _answer(self, model: Any, context: dict[str, Any], **_: Any) -> tuple[Any, Any]:
        try:
            self.on_call(model.name)
            result = getattr(self, xform_name(model.name))(**context["given"]) or {}
        except Refused as error:
            failure = {"Error": {"Code": error.code, "Message": str(error)}, **error.members}
            return SimpleNamespace(status_code=400), {**failure, "ResponseMetadata": {}}
        if model.output_shape is not None:
            validate_parameters(result, model.output_shape)
        return SimpleNamespace(status_code=200), {**result, "ResponseMetadata": {}}


@cache
def _client(service: str) -> Any:
    client = boto3.client(
        service,
        region_name="us-east-1",
        aws_access_key_id="none",
        aws_secret_access_key="none",
    )
    client.meta.events.register("before-parameter-build.*.*", _keep)
    return client


def _keep(params: dict[str, Any], context: dict[str, Any], **_: Any) -> None:
    context["given"] = dict(params)
