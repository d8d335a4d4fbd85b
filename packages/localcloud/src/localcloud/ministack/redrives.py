"""Redrives: an execution that failed goes on from the state that failed.

Not emulated: a redrive into a Map or Parallel state, of which AWS repeats only what failed, is
refused.
"""

import contextvars
import json
import threading
from typing import Any

from localcloud.ministack.aborting import Execution
from localcloud.ministack.seam import Answer, Handler

Values = dict[str, Any]


def offer_redrives(states: Any, app: Any) -> None:
    _describe_redrives(states)
    _serve_redrives(states, app)


def _serve_redrives(states: Any, app: Any) -> None:
    serve: Handler = app.SERVICE_HANDLERS["states"]

    async def serve_all(
        method: str,
        path: str,
        headers: dict[str, str],
        body: bytes,
        query: dict[str, list[str]],
    ) -> Answer:
        if headers.get("x-amz-target", "").endswith(".RedriveExecution"):
            answer: Answer = states._finalize_response(_redrive(states, json.loads(body)))
            return answer
        return await serve(method, path, headers, body, query)

    app.SERVICE_HANDLERS["states"] = serve_all


def _redrive(states: Any, request: Values) -> Any:
    arn, token = request["executionArn"], request.get("clientToken")
    execution = states._executions.get(arn)
    if execution is None:
        missing = f"Execution Does Not Exist: '{arn}'"
        return states.error_response_json("ExecutionDoesNotExist", missing, 400)
    dates = execution.get("redriveTokens", {})
    if token in dates:
        return states.json_response({"redriveDate": dates[token]})
    hindrance = _hindrance(execution)
    if hindrance:
        return states.error_response_json("ExecutionNotRedrivable", hindrance, 400)
    now = states.now_iso()
    _start_again(states, execution, now, {**dates, token: now} if token else dates)
    return states.json_response({"redriveDate": now})


def _hindrance(execution: Execution) -> str:
    """Why it cannot be redriven; empty if it can."""
    status = execution["status"]
    if status in ("RUNNING", "SUCCEEDED"):
        return f"Execution is {status} and cannot be redriven"
    kind = json.loads(execution.get("point", "{}")).get("type")
    if kind in ("Parallel", "Map"):
        return f"Execution ended in a {kind} state, which localcloud cannot redrive"
    return ""


def _start_again(states: Any, execution: Execution, now: str, tokens: dict[str, str]) -> None:
    """In a copy: a thread of the attempt before may still wait, and must not find it running."""
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


def _describe_redrives(states: Any) -> None:
    describe, list_all = states._describe_execution, states._list_executions

    def described(request: Values) -> Any:
        status, headers, body = describe(request)
        if status != 200:
            return status, headers, body
        execution = states._executions[request["executionArn"]]
        hindrance = _hindrance(execution)
        shown = json.loads(body) | _redrives(execution)
        shown["redriveStatus"] = "NOT_REDRIVABLE" if hindrance else "REDRIVABLE"
        if hindrance:
            shown["redriveStatusReason"] = hindrance
        return states.json_response(shown)

    def listed(request: Values) -> Any:
        status, headers, body = list_all(request)
        if status != 200:
            return status, headers, body
        shown = json.loads(body)
        for item in shown["executions"]:
            item |= _redrives(states._executions[item["executionArn"]])
        return states.json_response(shown)

    states._describe_execution, states._list_executions = described, listed


def _redrives(execution: Execution) -> Values:
    date = execution.get("redriveDate")
    count = {"redriveCount": execution.get("redriveCount", 0)}
    return count | ({"redriveDate": date} if date else {})
