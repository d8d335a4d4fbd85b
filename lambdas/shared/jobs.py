"""Starts a job, or creates a model or an endpoint configuration, once: a repeat adopts it."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from botocore.exceptions import ClientError

from shared.errors import is_transient
from shared.run import Document

_TAKEN = ("ResourceInUse", "ValidationException")


class NameTaken(Exception):
    """A resource of an earlier run has the name."""


def start_once(
    run: Document, create: Callable[[], Any], describe: Callable[[], dict[str, Any]]
) -> None:
    """Creates a resource, or adopts the one of that name if this run has created it.

    It has if the resource is newer than the run: then the response to an earlier attempt was lost.
    Raises NameTaken for an older one.
    """
    try:
        create()
    except ClientError as error:
        if error.response["Error"]["Code"] not in _TAKEN:
            raise
        try:
            found = describe()
        except ClientError as failed:
            if is_transient(failed):
                raise
            raise error from None
        _check_age(run, found)


def _check_age(run: Document, found: dict[str, Any]) -> None:
    made: datetime = found["CreationTime"]
    if made < datetime.fromisoformat(run["started"]):
        raise NameTaken(
            f"an earlier run made something of this name at {made:%Y-%m-%d %H:%M}; start the "
            "execution with a name that was never used"
        )
