"""Waiting for what another process does: patient with slow machines, prompt on fast ones."""

import time
from collections.abc import Callable
from typing import TypeVar

Answer = TypeVar("Answer")


def until(check: Callable[[], Answer], *, seconds: float = 90, pause: float = 0.05) -> Answer:
    """The first true answer of `check`, or its last answer once the time is over."""
    deadline = time.monotonic() + seconds
    while not (answer := check()) and time.monotonic() < deadline:
        time.sleep(pause)
    return answer
