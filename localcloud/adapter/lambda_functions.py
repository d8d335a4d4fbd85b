"""Errors of functions: they have the names of their classes, by which state machines retry."""

import re
from typing import Any

_ANY = "Runtime.HandlerError"  # ministack's, for whatever a handler raises
_CLASS = re.compile(r"[\w.<>]+")


def name_errors(lambda_svc: Any) -> None:
    execute = lambda_svc._execute_function_warm

    def execute_and_name(*invocation: Any) -> Any:
        result = execute(*invocation)
        if result.get("error") and result["body"].get("errorType") == _ANY:
            body = result["body"]
            body["errorType"] = _raised(result.get("log", ""), body["errorMessage"]) or _ANY
        return result

    lambda_svc._execute_function_warm = execute_and_name


def _raised(log: str, message: str) -> str:
    """The class at the end of a traceback; empty if there is none."""
    head = log.rstrip("\n").removesuffix(message.rstrip("\n")).rstrip(": \n")
    last = head.rpartition("\n")[2]
    has_traceback = "Traceback (most recent call last)" in log
    return last.rpartition(".")[2] if has_traceback and _CLASS.fullmatch(last) else ""
