"""Starting a job once, however often the function runs."""

from collections.abc import Callable
from typing import Any

from botocore.exceptions import ClientError

_TAKEN = ("ResourceInUse", "ValidationException")


def start_once(create: Callable[[], Any], describe: Callable[[], Any]) -> None:
    """Creates a job, or adopts the one of that name.

    Names belong to one run, so a job that is there already was started by an earlier attempt whose
    response got lost.
    """
    try:
        create()
    except ClientError as error:
        if error.response["Error"]["Code"] not in _TAKEN:
            raise
        try:
            describe()
        except ClientError:
            raise error from None
