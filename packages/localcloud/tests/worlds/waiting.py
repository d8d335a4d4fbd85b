"""Waiting for what another process does: patient with slow machines, prompt on fast ones."""

import time
from collections.abc import Callable
from typing import TypeVar

Answer = TypeVar("Answer")


def until(
    ask: Callable[[], Answer],
    wanted: Callable[[Answer], object] = bool,
    *,
    seconds: float = 300,
    pause: float = 0.05,
) -> Answer:
    """The first answer that is `wanted`, or the last one once the time is over."""
    deadline = time.monotonic() + seconds
    while not wanted(answer := ask()) and time.monotonic() < deadline:
        time.sleep(pause)
    return answer
