"""How an execution failed; for the functions that end a failed one."""

from typing import Any

from shared.errors import shorten

_NO_REASON = "AWS gave no reason; the log may have one"


def reason_of(event: dict[str, Any]) -> str:
    """The reason, else the name of the error, else that there is neither; of bounded length."""
    return shorten(event["reason"] or event["error"] or _NO_REASON)


def is_redriven(event: dict[str, Any]) -> bool:
    """Whether the execution was redriven after this failure, so that it has to continue."""
    return bool(event["redrive_count"] > event["redrives"])
