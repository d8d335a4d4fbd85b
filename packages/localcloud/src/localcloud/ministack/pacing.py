"""How long an execution waits: retries at AWS's pace, and task tokens."""

import json
import random
import threading
import time
from typing import Any

from localcloud.ministack.aborting import Aborted, current_execution, is_aborted, is_stopped

_POLL_SECONDS = 1.0
Values = dict[str, Any]


def wait_as_the_retrier_says(states: Any) -> None:
    """ministack waits a minute at most, knows no jitter, and retries what was stopped meanwhile."""
    find = states._find_matching_retrier

    def find_and_wait(retriers: list[Values], error: str, counts: dict[int, int]) -> Any:
        retrier, index = find(retriers, error, counts)
        if retrier is None or current_execution() is None:  # TestState asks without waiting
            return retrier, index
        states._scaled_sleep(delay(retrier, counts.get(index, 0)))
        return (None, -1) if is_stopped() else ({**retrier, "IntervalSeconds": 0}, index)

    states._find_matching_retrier = find_and_wait


def delay(retrier: Values, count: int) -> float:
    """Seconds before the retry after `count` others."""
    seconds: float = retrier.get("IntervalSeconds", 1) * retrier.get("BackoffRate", 2.0) ** count
    seconds = min(seconds, retrier.get("MaxDelaySeconds", seconds))
    return random.uniform(0, seconds) if retrier.get("JitterStrategy") == "FULL" else seconds


def invoke_with_callback(states: Any, resource: str, data: Any, token: str, state: Values) -> Any:
    """Starts the task and waits for whoever has its token.

    ministack goes on waiting when the function that should pass the token on has failed.
    """
    deadline = time.monotonic() + state.get("TimeoutSeconds", float("inf"))
    answer: Values = {"event": threading.Event(), "result": None, "error": None, "heartbeat": None}
    states._task_tokens[token] = answer
    try:
        states._invoke_resource(resource.removesuffix(".waitForTaskToken"), data)
        _wait_for(states, answer["event"], deadline)
    finally:
        states._task_tokens.pop(token, None)
    if answer["error"]:
        raise states._ExecutionError(answer["error"]["Error"], answer["error"]["Cause"])
    return json.loads(answer["result"] or "{}")


def _wait_for(states: Any, event: Any, deadline: float) -> None:
    while not event.wait(max(0, min(_POLL_SECONDS, deadline - time.monotonic()))):
        if time.monotonic() >= deadline:
            raise states._ExecutionError("States.Timeout", "Task timed out waiting for callback")
        if is_aborted():
            raise Aborted
