"""What the seams to ministack have in common."""

from collections.abc import Awaitable, Callable
from typing import Any

Answer = tuple[int, dict[str, str], bytes]
Handler = Callable[[str, str, dict[str, str], bytes, dict[str, list[str]]], Awaitable[Answer]]


class SeamError(RuntimeError):
    """The installed ministack is not the one this adapter was written for."""


def require(module: Any, *names: str) -> None:
    """Fails now, and not in the midst of an execution, where a private name has gone."""
    missing = [name for name in names if not hasattr(module, name)]
    if missing:
        raise SeamError(f"{module.__name__} has moved {', '.join(missing)}")
