"""The waits of an execution: intervals of retries as on AWS, and task tokens."""

import json
import random
import threading
import time
from collections.abc import Callable
from functools import partial
from typing import Any

from localcloud.ministack.aborting import Aborted, current_execution, is_aborted, is_stopped
from localcloud.ministack.modules import Ministack
from localcloud.ministack.patch import Patch, names

_POLL_SECONDS = 1.0
Values = dict[str, Any]
Find = Callable[[list[Values], str, dict[int, int]], Any]


def wait_for_the_retrier(ministack: Ministack, find: Find) -> Find:
    states = ministack.states

    def find_and_wait(retriers: list[Values], error: str, counts: dict[int, int]) -> Any:
        retrier, index = find(retriers, error, counts)
        if retrier is None or current_execution() is None:  # TestState asks without waiting
            return retrier, index
        states._scaled_sleep(delay(retrier, counts.get(index, 0)))
        return (None, -1) if is_stopped() else ({**retrier, "IntervalSeconds": 0}, index)

    return find_and_wait


def delay(retrier: Values, count: int) -> float:
    """Seconds before the retry after `count` others."""
    seconds: float = retrier.get("IntervalSeconds", 1) * retrier.get("BackoffRate", 2.0) ** count
    seconds = min(seconds, retrier.get("MaxDelaySeconds", seconds))
    return random.uniform(0, seconds) if retrier.get("JitterStrategy") == "FULL" else seconds


def wait_for_the_token(ministack: Ministack, _invoke: Any) -> Callable[..., Any]:
    return partial(_invoke_with_callback, ministack.states)


def _invoke_with_callback(states: Any, resource: str, data: Any, token: str, state: Values) -> Any:
    """Starts a task and waits for SendTaskSuccess or SendTaskFailure with its token."""
    deadline = time.monotonic() + state.get("TimeoutSeconds", float("inf"))
    callback: Values = {
        "event": threading.Event(),
        "result": None,
        "error": None,
        "heartbeat": None,
    }
    states._task_tokens[token] = callback
    try:
        states._invoke_resource(resource.removesuffix(".waitForTaskToken"), data)
        _wait_for(states, callback["event"], deadline)
    finally:
        states._task_tokens.pop(token, None)
    if callback["error"]:
        raise states._ExecutionError(callback["error"]["Error"], callback["error"]["Cause"])
    return json.loads(callback["result"] or "{}")


def _wait_for(states: Any, event: Any, deadline: float) -> None:
    while not event.wait(max(0, min(_POLL_SECONDS, deadline - time.monotonic()))):
        if time.monotonic() >= deadline:
            raise states._ExecutionError("States.Timeout", "Task timed out waiting for callback")
        if is_aborted():
            raise Aborted


PATCHES = (
    Patch(
        target="services.stepfunctions:_find_matching_retrier",
        make=wait_for_the_retrier,
        why="retries wait as long as on AWS, with jitter, and not at all once stopped",
        upstream="Step Functions: retries wait a minute at most, without jitter, also when stopped",
        test="ministack/stepfunctions/test_retries.py::test_a_task_is_retried_after_the_longest_delay",
        uses=names("services.stepfunctions", "_scaled_sleep"),
    ),
    Patch(
        target="services.stepfunctions:_invoke_with_callback",
        make=wait_for_the_token,
        why="a task does not wait for its token when its function has failed",
        upstream="Step Functions: waitForTaskToken waits even when the function has failed",
        test="ministack/stepfunctions/test_task_tokens.py"
        "::test_a_task_whose_function_fails_does_not_wait_for_its_token",
        uses=names("services.stepfunctions", "_task_tokens", "_invoke_resource", "_ExecutionError"),
    ),
)
