"""Step Functions: executions that can be redriven, retries at AWS's pace, and task tokens.

ministack walks an execution from its first state only. Here it is walked by `_run`, which notes
where it is, so that a redrive goes on from there.

Not emulated: the timeout of a whole state machine; a redrive into a Map or Parallel state, of which
AWS repeats only what failed, is refused.
"""

import contextvars
import json
import logging
import random
import threading
import time
from typing import Any

from localcloud.adapter.aborting import (
    CURRENT,
    Aborted,
    Execution,
    current_execution,
    end_branches_together,
    is_aborted,
    is_running,
    is_stopped,
)
from localcloud.adapter.seam import Answer, Handler, require

Values = dict[str, Any]
_LOGGER = logging.getLogger(__name__)
_EXECUTORS = {
    "Pass": "_execute_pass",
    "Succeed": "_execute_pass",  # the same, without a next state
    "Choice": "_execute_choice",
    "Wait": "_execute_wait",
    "Task": "_execute_task",
    "Parallel": "_execute_parallel",
    "Map": "_execute_map",
}
_TOLD_THE_EXECUTION = ("Task", "Parallel", "Map")
_POLL_SECONDS = 1.0


def improve(states: Any, app: Any) -> None:
    require(
        states,
        *_EXECUTORS.values(),
        "_add_event",
        "_describe_execution",
        "_emit_execution_status_event",
        "_ExecutionError",
        "_executions",
        "_fail_execution",
        "_fail_state_error",
        "_find_matching_retrier",
        "_finalize_response",
        "_invoke_resource",
        "_invoke_with_callback",
        "_list_executions",
        "_run_execution",
        "_scaled_sleep",
        "_state_machines",
        "_task_tokens",
        "error_response_json",
        "json_response",
        "now_iso",
    )
    states._run_execution = lambda arn: _run(states, states._executions[arn])
    states._invoke_with_callback = lambda *task: _invoke_with_callback(states, *task)
    end_branches_together(states)
    _wait_as_the_retrier_says(states)
    _describe_redrives(states)
    _serve_redrives(states, app)


# -- an execution --------------------------------------------------------------------------------


def _run(states: Any, execution: Execution) -> None:
    """From where it is to its end, in the thread of this attempt."""
    CURRENT.set(execution)
    try:
        output = json.dumps(_walk(states, execution))
    except states._ExecutionError as error:
        _fail(states, execution, error.error, error.cause)
    except Aborted:  # the execution has its end already
        return
    except Exception as error:
        _LOGGER.exception("execution %s", execution["executionArn"])
        _fail(states, execution, "States.Runtime", str(error))
    else:
        _succeed(states, execution, output)


def _walk(states: Any, execution: Execution) -> Any:
    """The output of the last state."""
    machine = json.loads(_definition(states, execution))
    is_resumed, point = "point" in execution, json.loads(execution.get("point", "{}"))
    name: str | None = point.get("state", machine["StartAt"])
    data = point.get("input", json.loads(execution["input"]))
    context = _context(execution, machine, point.get("variables", {}))
    while name is not None and is_running(execution):
        state = machine["States"][name]
        point = {"state": name, "input": data, "variables": context["variables"]}
        execution["point"] = json.dumps(point | {"type": state["Type"]})
        if not is_resumed:
            _note(states, execution, f"{state['Type']}StateEntered", name, input=data)
        is_resumed = False
        output, following = _perform(states, execution, context, name, data, state)
        if is_running(execution):
            _note(states, execution, f"{state['Type']}StateExited", name, output=output)
        name, data = following, output
    return data


def _definition(states: Any, execution: Execution) -> str:
    """As it was when the execution began; a redrive uses no newer one."""
    if "definition" not in execution:
        machine = states._state_machines.get(execution["stateMachineArn"])
        execution["definition"] = machine["definition"]
    definition: str = execution["definition"]
    return definition


def _context(execution: Execution, machine: Values, variables: Values) -> Values:
    """The context object, with the variables, which ministack keeps in it."""
    about = {
        "Id": execution["executionArn"],
        "Input": json.loads(execution["input"]),
        "Name": execution["name"],
        "RoleArn": execution["events"][0]["executionStartedEventDetails"]["roleArn"],
        "StartTime": execution["startDate"],
        "RedriveCount": execution.get("redriveCount", 0),
    }
    if "redriveDate" in execution:
        about["RedriveTime"] = execution["redriveDate"]
    arn = execution["stateMachineArn"]
    return {
        "QueryLanguage": machine.get("QueryLanguage", "JSONPath"),
        "Execution": about,
        "StateMachine": {"Id": arn, "Name": arn.rpartition(":")[2]},
        "variables": variables,
    }


def _perform(
    states: Any, execution: Execution, context: Values, name: str, data: Any, state: Values
) -> tuple[Any, str | None]:
    """Output and next state."""
    context["State"] = {"Name": name, "EnteredTime": states.now_iso(), "RetryCount": 0}
    kind = state["Type"]
    if kind == "Fail":
        raise states._ExecutionError(*states._fail_state_error(state, data, context))
    execute = getattr(states, _EXECUTORS[kind])
    told = (execution, context) if kind in _TOLD_THE_EXECUTION else (context,)
    output, following = execute(state, data, *told)
    return output, following


def _note(states: Any, execution: Execution, event: str, name: str, **data: Any) -> None:
    kind = "stateEntered" if event.endswith("Entered") else "stateExited"
    texts = {key: json.dumps(value) for key, value in data.items()}
    states._add_event(execution, event, {f"{kind}EventDetails": {"name": name, **texts}})


def _succeed(states: Any, execution: Execution, output: str) -> None:
    if is_running(execution):  # and not stopped meanwhile
        execution |= {"status": "SUCCEEDED", "output": output, "stopDate": states.now_iso()}
        details = {"executionSucceededEventDetails": {"output": output}}
        states._add_event(execution, "ExecutionSucceeded", details)
        states._emit_execution_status_event(execution)


def _fail(states: Any, execution: Execution, error: str, cause: str) -> None:
    if is_running(execution):
        states._fail_execution(execution, error, cause)


# -- redrives ------------------------------------------------------------------------------------


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
    states._executions[execution["executionArn"]] = redriven
    details = {"redriveCount": redriven["redriveCount"]}
    states._add_event(redriven, "ExecutionRedriven", {"executionRedrivenEventDetails": details})
    states._emit_execution_status_event(redriven)
    run = contextvars.copy_context().run  # account and region of the request
    threading.Thread(target=run, args=(_run, states, redriven), daemon=True).start()


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


# -- retries and task tokens ---------------------------------------------------------------------


def _wait_as_the_retrier_says(states: Any) -> None:
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


def _invoke_with_callback(states: Any, resource: str, data: Any, token: str, state: Values) -> Any:
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
