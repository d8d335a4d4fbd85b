"""Tasks on Step Functions' optimised integrations of SageMaker: `arn:aws:states:::sagemaker:…`.

With `.sync` a task waits for its job, which it tags, and ends with the job's description. A job
that nobody waits for any more is stopped: the execution was stopped, a branch beside it has failed,
or the task took too long.

Not emulated: tuning and labelling jobs; the HTTP metadata in the results; the events that AWS waits
with, of which only the permissions are asked for.
"""

import json
import logging
import re
import time
from collections.abc import Callable
from typing import Any
from uuid import uuid4

from botocore.model import Shape

from localcloud.http.wire import service_model
from localcloud.iam.role_actions import managed_rule_actions
from localcloud.ministack.aborting import Aborted, Execution, current_execution, is_aborted
from localcloud.ministack.iam.callers import session
from localcloud.ministack.iam.guards import own_request
from localcloud.ministack.modules import Ministack
from localcloud.ministack.patch import Patch, names
from localcloud.ministack.sagemaker import MODELLED

Values = dict[str, Any]
_RESOURCE = re.compile(r"arn:aws:states:::sagemaker:(\w+?)(\.sync)?")
_JOBS = ("TrainingJob", "ProcessingJob", "TransformJob")
_AT_ONCE = ("CreateModel", "CreateEndpointConfig", "CreateEndpoint", "UpdateEndpoint", "AddTags")
_POLL_SECONDS = 0.5
Invoke = Callable[..., Any]
_LOGGER = logging.getLogger(__name__)


def run_tasks(ministack: Ministack, invoke: Invoke) -> Invoke:
    tasks = _Tasks(ministack)

    def invoke_resource(resource: str, data: Any, *seconds: float) -> Any:
        found = _RESOURCE.fullmatch(resource)
        operation = found[1][:1].upper() + found[1][1:] if found else ""
        job = operation.removeprefix("Create")
        if found and found[2] and job in _JOBS:
            return tasks.run(job, resource, data, *seconds)
        if found and not found[2] and (job in _JOBS or operation in _AT_ONCE):
            return tasks.call(operation, data)
        return invoke(resource, data, *seconds)

    return invoke_resource


class _Tasks:
    def __init__(self, ministack: Ministack) -> None:
        self._ministack, self._app = ministack, ministack.app
        self._states = ministack.states

    def call(self, operation: str, request: Values) -> Values:
        return self._result(operation, *self._request(operation, request))

    def _result(self, operation: str, status: int, values: Values) -> Values:
        if status >= 400:
            raise self._error(status, values)
        shape = service_model("sagemaker").operation_model(operation).output_shape
        return _with_milliseconds(values, shape) if shape else {}

    def _request(self, operation: str, request: Values) -> tuple[int, Values]:
        """Status and body of a request that is signed by the role of the state machine."""
        headers = own_request(self._ministack, "sagemaker") | {
            "x-amz-target": f"SageMaker.{operation}",
            "content-type": "application/x-amz-json-1.1",
            "host": f"sagemaker.{self._ministack.region}.amazonaws.com",
        }
        handler, body = self._app.SERVICE_HANDLERS["sagemaker"], json.dumps(request)
        status, _, response = self._app.call_service_handler_sync(
            handler, "POST", "/", headers, body, {}
        )
        return status, json.loads(response or b"{}")

    def _error(self, status: int, values: Values) -> Exception:
        code = values["__type"].rpartition("#")[2]
        name = code.removesuffix("Exception") if code in MODELLED else "AmazonSageMaker"
        details = (
            f"Service: AmazonSageMaker; Status Code: {status}; Error Code: {code}; "
            f"Request ID: {uuid4()}; Proxy: null"
        )
        cause = f"{values.get('message', '')} ({details})"
        error: Exception = self._states._ExecutionError(f"SageMaker.{name}Exception", cause)
        return error

    # -- jobs ------------------------------------------------------------------------------------

    def run(
        self, job: str, resource: str, request: Values, seconds: float = float("inf")
    ) -> Values:
        """Creates a job, waits for it and returns its description. Raises where it fails."""
        execution = current_execution()
        if execution is None:
            raise self._states._ExecutionError("States.Runtime", f"{resource} needs an execution")
        self._check_permissions(job)
        tags = [*request.get("Tags", []), *_tags(execution)]
        started = self.call(f"Create{job}", {**request, "Tags": tags})
        self._add_submitted_event(execution, resource, started)
        described = self._wait(job, request[f"{job}Name"], time.monotonic() + seconds)
        named = {"ResourceArn": described[f"{job}Arn"]}
        listed = self._request_or_none("ListTags", named) or {"Tags": tags}
        described["Tags"] = {tag["Key"]: tag["Value"] for tag in listed["Tags"]}
        if described[f"{job}Status"] != "Completed":
            cause = json.dumps(described, separators=(",", ":"))
            raise self._states._ExecutionError("States.TaskFailed", cause)
        return described

    def _check_permissions(self, job: str) -> None:
        """Checks the permissions for `.sync`, which AWS checks in CreateStateMachine."""
        caller = session()
        required = managed_rule_actions(self._ministack.region, self._ministack.account, job)
        denial = self._ministack.authorization.denial(caller, required) if caller else None
        if denial:
            raise self._states._ExecutionError("States.Runtime", denial)

    def _add_submitted_event(self, execution: Execution, resource: str, output: Values) -> None:
        details = {
            "resourceType": "sagemaker",
            "resource": resource.rpartition(":")[2],
            "output": json.dumps(output),
        }
        event = {"taskSubmittedEventDetails": details}
        self._states._add_event(execution, "TaskSubmitted", event)

    def _wait(self, job: str, name: str, deadline: float) -> Values:
        while True:
            described = self._request_or_none(f"Describe{job}", {f"{job}Name": name})
            if described and described[f"{job}Status"] not in ("InProgress", "Stopping"):
                return described
            if is_aborted():
                self._stop(job, name)
                raise Aborted
            if time.monotonic() > deadline:
                self._stop(job, name)
                raise self._states._ExecutionError("States.Timeout", f"{name} took too long")
            time.sleep(_POLL_SECONDS)

    def _request_or_none(self, operation: str, request: Values) -> Values | None:
        """The result of a request; None if it is throttled or its response is lost, which must not
        fail the job."""
        try:
            status, values = self._request(operation, request)
        except self._states._ExecutionError:
            return None
        if status >= 500 or values.get("__type") == "ThrottlingException":
            return None
        return self._result(operation, status, values)

    def _stop(self, job: str, name: str) -> None:
        """Stops a job, as far as the role has the permission, as on AWS."""
        try:
            self.call(f"Stop{job}", {f"{job}Name": name})
        except self._states._ExecutionError as error:
            _LOGGER.warning("%s %s goes on: %s", job, name, error.cause)


def _tags(execution: Execution) -> list[Values]:
    own = {
        "MANAGED_BY_AWS": "STARTED_BY_STEP_FUNCTIONS",
        "AWS_STEP_FUNCTIONS_EXECUTION_ARN": execution["executionArn"],
    }
    return [{"Key": key, "Value": value} for key, value in own.items()]


def _with_milliseconds(value: Any, shape: Shape) -> Any:
    """The output with timestamps in milliseconds, as the SDK for Java writes them."""
    match shape.type_name:
        case "structure":
            return {
                name: _with_milliseconds(item, shape.members[name]) for name, item in value.items()
            }
        case "list":
            return [_with_milliseconds(item, shape.member) for item in value]
        case "map":
            return {name: _with_milliseconds(item, shape.value) for name, item in value.items()}
        case "timestamp":
            return round(value * 1000)
    return value


PATCHES = tuple(
    Patch(
        target=f"services.stepfunctions:{function}",
        make=run_tasks,
        why="tasks `states:::sagemaker:…` start jobs and, with `.sync`, wait for them",
        upstream="Step Functions: the optimised integrations of SageMaker are missing",
        test=f"ministack/stepfunctions/test_sagemaker_tasks.py::{test}",
        uses=(
            *names("app", "call_service_handler_sync"),
            *names("services.stepfunctions", "_add_event", "_ExecutionError"),
        ),
    )
    for function, test in (
        ("_invoke_resource", "test_a_task_waits_for_its_job_and_brings_its_description"),
        (
            "_invoke_resource_with_timeout",
            "test_the_job_of_a_task_that_took_too_long_is_stopped_while_the_execution_goes_on",
        ),
    )
)
