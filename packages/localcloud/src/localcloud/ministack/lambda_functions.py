"""Errors of functions: they have the names of their classes, by which state machines retry.

A function that ended before it returned has an error of its runtime, which names the request.
"""

import re
from collections.abc import Callable
from typing import Any

from localcloud.ministack.modules import Ministack
from localcloud.ministack.patch import Patch

_ANY = "Runtime.HandlerError"  # ministack's errorType for any exception of a handler
_TIMEOUT = "Sandbox.Timedout"
_EXIT = "Runtime exited with error:"
_CLASS = re.compile(r"[\w.<>]+")
Body = dict[str, Any]
Execute = Callable[[Any, Any, str], Any]


def name_errors(_ministack: Ministack, execute: Execute) -> Execute:
    def execute_and_name(function: Any, event: Any, request_id: str) -> Any:
        result = execute(function, event, request_id)
        if result.get("error"):
            _name(result["body"], result.get("log", ""), request_id)
        return result

    return execute_and_name


def _name(body: Body, log: str, request_id: str) -> None:
    kind, message = body.get("errorType"), body.get("errorMessage", "")
    if kind == _ANY and message.startswith(_EXIT):
        kind = body["errorType"] = "Runtime.ExitError"
    elif kind == _ANY:
        body["errorType"] = _raised(log, message) or _ANY
    if kind in (_TIMEOUT, "Runtime.ExitError"):
        body["errorMessage"] = f"RequestId: {request_id} Error: {message}"


def _raised(log: str, message: str) -> str:
    """The class at the end of a traceback; empty if there is none."""
    head = log.rstrip("\n").removesuffix(message.rstrip("\n")).rstrip(": \n")
    last = head.rpartition("\n")[2]
    has_traceback = "Traceback (most recent call last)" in log
    return last.rpartition(".")[2] if has_traceback and _CLASS.fullmatch(last) else ""


PATCHES = (
    Patch(
        target="services.lambda_svc:_execute_function_warm",
        make=name_errors,
        why="an error has the name of its class, by which state machines retry",
        upstream="Lambda: `errorType` of a Python handler is always `Runtime.HandlerError`",
        test="ministack/faults/test_functions.py::test_a_killed_function_has_worked_but_not_answered",
    ),
)
