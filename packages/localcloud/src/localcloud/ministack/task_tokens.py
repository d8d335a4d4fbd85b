"""Tasks that wait for a token of theirs: `.waitForTaskToken` of Step Functions."""

import json
import threading
import time
from collections.abc import Callable
from functools import partial
from typing import Any

from localcloud.ministack.aborting import Aborted, is_aborted
from localcloud.ministack.modules import Ministack
from localcloud.ministack.patch import Patch, names

_POLL_SECONDS = 1.0
Values = dict[str, Any]


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
        target="services.stepfunctions:_invoke_with_callback",
        make=wait_for_the_token,
        why="a task does not wait for its token when its function has failed",
        upstream="Step Functions: waitForTaskToken waits even when the function has failed",
        test="ministack/stepfunctions/test_task_tokens.py"
        "::test_a_task_whose_function_fails_does_not_wait_for_its_token",
        uses=names("services.stepfunctions", "_task_tokens", "_invoke_resource", "_ExecutionError"),
    ),
)
