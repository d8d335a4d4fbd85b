"""Redrives: an execution that failed goes on from the state that failed.

Not emulated: a redrive into a Map or Parallel state, of which AWS repeats only what failed, is
refused.
"""

import contextvars
import json
import threading
from collections.abc import Callable
from typing import Any

from localcloud.ministack.aborting import Execution
from localcloud.ministack.modules import Ministack
from localcloud.ministack.patch import Handler, Patch, Response, names

Values = dict[str, Any]
Operation = Callable[[Values], Any]


def serve_redrives(ministack: Ministack, serve: Handler) -> Handler:
    states = ministack.states

    async def serve_all(
        method: str,
        path: str,
        headers: dict[str, str],
        body: bytes,
        query: dict[str, list[str]],
    ) -> Response:
        if headers.get("x-amz-target", "").endswith(".RedriveExecution"):
            response: Response = states._finalize_response(_redrive(states, json.loads(body)))
            return response
        return await serve(method, path, headers, body, query)

    return serve_all


def _redrive(states: Any, request: Values) -> Any:
    arn, token = request["executionArn"], request.get("clientToken")
    execution = states._executions.get(arn)
    if execution is None:
        missing = f"Execution Does Not Exist: '{arn}'"
        return states.error_response_json("ExecutionDoesNotExist", missing, 400)
    dates = execution.get("redriveTokens", {})
    if token in dates:
        return states.json_response({"redriveDate": dates[token]})
    reason = _reason_not_redrivable(execution)
    if reason:
        return states.error_response_json("ExecutionNotRedrivable", reason, 400)
    now = states.now_iso()
    _start_redrive(states, execution, now, {**dates, token: now} if token else dates)
    return states.json_response({"redriveDate": now})


def _reason_not_redrivable(execution: Execution) -> str:
    """Why an execution cannot be redriven; empty if it can."""
    status = execution["status"]
    if status in ("RUNNING", "SUCCEEDED"):
        return f"Execution is {status} and cannot be redriven"
    kind = json.loads(execution.get("point", "{}")).get("type")
    if kind in ("Parallel", "Map"):
        return f"Execution ended in a {kind} state, which localcloud cannot redrive"
    return ""


def _start_redrive(states: Any, execution: Execution, now: str, tokens: dict[str, str]) -> None:
    """Redrives a copy: a thread of the last attempt may still wait, and must see that it ended."""
    ended = ("error", "cause")
    redriven = {key: value for key, value in execution.items() if key not in ended} | {
        "status": "RUNNING",
        "stopDate": None,
        "output": None,
        "events": list(execution["events"]),
        "redriveCount": execution.get("redriveCount", 0) + 1,
        "redriveDate": now,
        "redriveTokens": tokens,
    }
    arn = execution["executionArn"]
    states._executions[arn] = redriven
    details = {"redriveCount": redriven["redriveCount"]}
    states._add_event(redriven, "ExecutionRedriven", {"executionRedrivenEventDetails": details})
    states._emit_execution_status_event(redriven)
    run = contextvars.copy_context().run  # account and region of the request
    threading.Thread(target=run, args=(states._run_execution, arn), daemon=True).start()


def describe_redrives(ministack: Ministack, describe: Operation) -> Operation:
    states = ministack.states

    def described(request: Values) -> Any:
        status, headers, body = describe(request)
        if status != 200:
            return status, headers, body
        execution = states._executions[request["executionArn"]]
        reason = _reason_not_redrivable(execution)
        shown = json.loads(body) | _redrives(execution)
        shown["redriveStatus"] = "NOT_REDRIVABLE" if reason else "REDRIVABLE"
        if reason:
            shown["redriveStatusReason"] = reason
        return states.json_response(shown)

    return described


def list_redrives(ministack: Ministack, list_all: Operation) -> Operation:
    states = ministack.states

    def listed(request: Values) -> Any:
        status, headers, body = list_all(request)
        if status != 200:
            return status, headers, body
        shown = json.loads(body)
        for item in shown["executions"]:
            item |= _redrives(states._executions[item["executionArn"]])
        return states.json_response(shown)

    return listed


def _redrives(execution: Execution) -> Values:
    date = execution.get("redriveDate")
    count = {"redriveCount": execution.get("redriveCount", 0)}
    return count | ({"redriveDate": date} if date else {})


_REDRIVES = "Step Functions: RedriveExecution is missing"
_ON = "ministack/stepfunctions/test_redrives.py::test_a_redrive_goes_on_with_the_state_that_failed"
PATCHES = (
    Patch(
        target="app:SERVICE_HANDLERS[states]",
        make=serve_redrives,
        why="an execution continues at the state that failed",
        upstream=_REDRIVES,
        test=_ON,
        uses=names(
            "services.stepfunctions",
            *("_add_event", "_emit_execution_status_event", "_executions", "_finalize_response"),
            *("_run_execution", "error_response_json", "json_response", "now_iso"),
        ),
    ),
    Patch(
        target="services.stepfunctions:_describe_execution",
        make=describe_redrives,
        why="DescribeExecution shows redrives, and whether one is possible",
        upstream=_REDRIVES,
        test=_ON,
    ),
    Patch(
        target="services.stepfunctions:_list_executions",
        make=list_redrives,
        why="ListExecutions counts redrives",
        upstream=_REDRIVES,
        test=_ON,
    ),
)
