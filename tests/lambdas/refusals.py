"""Calls that AWS refuses."""

from collections.abc import Callable

from botocore.exceptions import ClientError


def failing(code: str, status: int = 400, message: str = "m") -> Callable[[], None]:
    def call() -> None:
        answer = {"Error": {"Code": code, "Message": message}}
        raise ClientError({**answer, "ResponseMetadata": {"HTTPStatusCode": status}}, "Create")

    return call
