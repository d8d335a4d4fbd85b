"""Step Functions: how executions are started and run.

`_run` notes in which state an execution is, so that it can be redriven from there.

Not emulated: the timeout of a whole state machine.
"""

import json
import logging
import re
from collections.abc import Callable
from typing import Any

from localcloud.ministack.aborting import CURRENT, Aborted, Execution, is_running
from localcloud.ministack.modules import Ministack
from localcloud.ministack.patch import Patch, names

Values = dict[str, Any]
Start = Callable[[Values], Any]
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
# https://docs.aws.amazon.com/step-functions/latest/apireference/API_StartExecution.html
_NAME = re.compile(
    r"[^\s<>{}\[\]?*\"#%\\^|~`$&,;:/\x00-\x1f\x7f-\x9f\ufffe\uffff\ud800-\udfff\U0010ffff]{1,80}"
)
_TAKE_THE_EXECUTION = ("Task", "Parallel", "Map")


def run_execution(ministack: Ministack, _run_execution: Any) -> Callable[[str], None]:
    states = ministack.states
    return lambda arn: _run(states, states._executions[arn])


def start_once(ministack: Ministack, start: Start) -> Start:
    """Starts no second execution with the same name and input while the first one runs.

    https://docs.aws.amazon.com/step-functions/latest/apireference/API_StartExecution.html
    """
    states = ministack.states

    def start_or_find(request: Values) -> Any:
        response = start(request)
        if response[0] == 200 or "ExecutionAlreadyExists" not in json.loads(response[2])["__type"]:
            return response
        wanted = (request["name"], request["stateMachineArn"], request.get("input", "{}"))
        for found in states._executions.values():
            same = (found["name"], found["stateMachineArn"], found["input"]) == wanted
            if same and is_running(found):
                return states.json_response({k: found[k] for k in ("executionArn", "startDate")})
        return response

    return start_or_find


def check_the_name(ministack: Ministack, start: Start) -> Start:
    """Refuses names that Step Functions refuses; without a name it generates one."""
    states = ministack.states

    def start_if_named(request: Values) -> Any:
        name = request.get("name")
        if name is None or _NAME.fullmatch(name):
            return start(request)
        return states.error_response_json("InvalidName", f"Invalid Name: '{name}'", 400)

    return start_if_named


# -- an execution --------------------------------------------------------------------------------


def _run(states: Any, execution: Execution) -> None:
    """Runs an execution from its present state to its end, in the thread of this attempt."""
    CURRENT.set(execution)
    try:
        output = json.dumps(_run_states(states, execution))
    except states._ExecutionError as error:
        _fail(states, execution, error.error, error.cause)
    except Aborted:  # the execution has ended already
        return
    except Exception as error:
        _LOGGER.exception("execution %s", execution["executionArn"])
        _fail(states, execution, "States.Runtime", str(error))
    else:
        _succeed(states, execution, output)


def _run_states(states: Any, execution: Execution) -> Any:
    """Runs the states one after another; returns the output of the last one."""
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
            _add_state_event(states, execution, f"{state['Type']}StateEntered", name, input=data)
        is_resumed = False
        output, following = _execute_state(states, execution, context, name, data, state)
        if is_running(execution):
            _add_state_event(states, execution, f"{state['Type']}StateExited", name, output=output)
        name, data = following, output
    return data


def _definition(states: Any, execution: Execution) -> str:
    """The definition of when the execution was started, which a redrive uses, too."""
    if "definition" not in execution:
        machine = states._state_machines.get(execution["stateMachineArn"])
        execution["definition"] = machine["definition"]
    definition: str = execution["definition"]
    return definition


def _context(execution: Execution, machine: Values, variables: Values) -> Values:
    """The context object, in which ministack keeps the variables, too."""
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


def _execute_state(
    states: Any, execution: Execution, context: Values, name: str, data: Any, state: Values
) -> tuple[Any, str | None]:
    """Executes one state; returns its output and the name of the next state, or None."""
    context["State"] = {"Name": name, "EnteredTime": states.now_iso(), "RetryCount": 0}
    kind = state["Type"]
    if kind == "Fail":
        raise states._ExecutionError(*states._fail_state_error(state, data, context))
    execute = getattr(states, _EXECUTORS[kind])
    arguments = (execution, context) if kind in _TAKE_THE_EXECUTION else (context,)
    output, following = execute(state, data, *arguments)
    return output, following


def _add_state_event(states: Any, execution: Execution, event: str, name: str, **data: Any) -> None:
    kind = "stateEntered" if event.endswith("Entered") else "stateExited"
    texts = {key: json.dumps(value) for key, value in data.items()}
    states._add_event(execution, event, {f"{kind}EventDetails": {"name": name, **texts}})


def _succeed(states: Any, execution: Execution, output: str) -> None:
    if is_running(execution):  # it may have been stopped meanwhile
        execution |= {"status": "SUCCEEDED", "output": output, "stopDate": states.now_iso()}
        details = {"executionSucceededEventDetails": {"output": output}}
        states._add_event(execution, "ExecutionSucceeded", details)
        states._emit_execution_status_event(execution)


def _fail(states: Any, execution: Execution, error: str, cause: str) -> None:
    if is_running(execution):
        states._fail_execution(execution, error, cause)


_STARTS = "ministack/stepfunctions/test_starts.py"
PATCHES = (
    Patch(
        target="services.stepfunctions:_run_execution",
        make=run_execution,
        why="an execution can start at any state, and ends when it is stopped",
        upstream="Step Functions: an execution can only be run from its first state",
        test="ministack/stepfunctions/test_redrives.py::test_a_redrive_goes_on_with_the_state_that_failed",
        uses=names(
            "services.stepfunctions",
            *_EXECUTORS.values(),
            *("_add_event", "_emit_execution_status_event", "_ExecutionError", "_executions"),
            *("_fail_execution", "_fail_state_error", "_state_machines", "now_iso"),
        ),
    ),
    Patch(
        target="services.stepfunctions:_start_execution",
        make=start_once,
        why="StartExecution is idempotent while the execution runs",
        upstream="Step Functions: StartExecution is not idempotent",
        test=f"{_STARTS}::test_a_start_that_is_repeated_while_the_execution_runs_is_the_same",
        uses=names("services.stepfunctions", "_executions", "json_response"),
    ),
    Patch(
        target="services.stepfunctions:_start_execution",
        make=check_the_name,
        why="StartExecution refuses the names that Step Functions refuses",
        upstream="Step Functions: StartExecution takes names that AWS refuses",
        test=f"{_STARTS}::test_names_that_step_functions_refuses_are_refused",
        uses=names("services.stepfunctions", "error_response_json"),
    ),
)
