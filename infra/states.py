"""The kinds of states of which the steps consist, each with its Retry and Catch."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from aws_cdk import Duration
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_stepfunctions as sfn
from aws_cdk import aws_stepfunctions_tasks as tasks
from constructs import Construct

from contract.job_errors import CAPACITY_ERROR
from contract.states import Loop
from infra.jsonata import ATTEMPT, RESULT, condition, queries, query
from infra.retries import retry_function, retry_service
from infra.settings import Waiting

# JSONata for the reason of a caught error. The cause of a function's error is a JSON document with
# its message. Others are plain text, a truncated document, empty, or missing (States.Timeout).
CAUGHT = (
    "($cause := $states.errorOutput.Cause;"
    " $isWhole := $substring($cause, 0, 1) = '{' and $substring($cause, -1) = '}';"
    " $message := $isWhole ? $parse($cause).errorMessage : $cause;"
    " $message ? $message : $states.errorOutput.Error)"
)

# "RedriveTime Context object is only available if you've redriven an execution"; RedriveCount is
# always available. Unlike the count of DescribeExecution it is not eventually consistent.
# https://docs.aws.amazon.com/step-functions/latest/dg/input-output-contextobject.html
REDRIVES = (
    "$exists($states.context.Execution.RedriveCount) ? $states.context.Execution.RedriveCount : 0"
)

# The variables after the function that handles failures has returned, as it does after a redrive.
NEXT_ATTEMPT = queries(
    {
        "redrives": f"{RESULT}.redrives",
        "error": "''",
        "attempt": "$attempt + 1",
        "capacity_waits": "0",
    }
)


@dataclass(frozen=True, kw_only=True)
class Fragment:
    """States that belong together: the first one, and a function that adds the following state."""

    entry: sfn.State
    then: Callable[[sfn.State], Any]


@dataclass(frozen=True, kw_only=True)
class Describe:
    """How a loop describes what it waits for. The conditions are JSONata over `$described`."""

    action: str
    parameters: Mapping[str, str]
    resource: str
    described: Mapping[str, str]  # field of $described → JSONata over $states.result
    done: str
    failed: str
    assign: Mapping[str, str]  # variable → JSONata over $states.result


class States:
    """Creates the states of one step in `scope`; their errors lead to `failure`.

    After a redrive the execution resumes at the state `entry`. `resources` collects the ARNs for
    which the state machine's role has permissions.
    """

    def __init__(
        self,
        scope: Construct,
        *,
        step: str,
        entry: str,
        waiting: Waiting,
        failure: sfn.State,
        resources: list[str],
    ) -> None:
        self._scope, self._waiting, self.failure = scope, waiting, failure
        self._resources = resources
        self.position = {"step": step, "resume_at": entry}  # variables for HandleFailure

    def call(
        self,
        id_: str,
        function: lambda_.IFunction,
        *,
        payload: Mapping[str, Any],
        assign: Mapping[str, str] | None = None,
        result: str = RESULT,
        assign_on_error: Mapping[str, str] | None = None,
        **options: Any,
    ) -> tasks.LambdaInvoke:
        """A task that calls a function of lambdas/ and sets the variables `assign`, or
        `assign_on_error` if it fails; both are JSONata."""
        task = invoke(
            self._scope,
            id_,
            function,
            payload=payload,
            outputs=query(result),
            assign={**self.position, **queries(assign or {})},
            **options,
        )
        self._resources.append(f"{function.function_arn}:*")
        self._catch(task, assign_on_error)
        return task

    def start(
        self, id_: str, function: lambda_.IFunction, payload: Mapping[str, Any], *, job: str
    ) -> tasks.LambdaInvoke:
        """A task that starts a job, and resets the wait.

        `job` is JSONata for the result of the function, which may fail after it has started the
        job.
        """
        return self.call(
            id_,
            function,
            payload={"run": query("$run"), "attempt": ATTEMPT, **payload},
            assign={"job": RESULT, **self.first_wait()},
            assign_on_error={"job": job},
        )

    def call_service(
        self,
        id_: str,
        *,
        service: str,
        action: str,
        parameters: Mapping[str, Any],
        resource: str,
        **options: Any,
    ) -> tasks.CallAwsService:
        """A task that calls an API of AWS without a function."""
        self._resources.append(resource)
        task = tasks.CallAwsService.jsonata(
            self._scope,
            id_,
            service=service,
            action=action,
            parameters=parameters,
            iam_resources=[resource],
            **options,
        )
        retry_service(task, service)
        self._catch(task)
        return task

    def loop(
        self, names: Loop, start: sfn.TaskStateBase, describe: Describe, *, types: int = 1
    ) -> Fragment:
        """start → wait → describe → done, failed, or wait again.

        A loop with a state that waits for capacity starts a job again for which AWS had no
        instances; that of another type at once, while there is one of these `types` left.
        """
        description = self.call_service(
            names.describe,
            service="sagemaker",
            action=describe.action,
            parameters=describe.parameters,
            resource=describe.resource,
            assign={"described": queries(describe.described), **queries(describe.assign)},
            outputs=queries(describe.described),
        )
        wait = self.wait(names.wait)
        choice = sfn.Choice.jsonata(self._scope, names.is_done)
        start.next(wait).next(description).next(choice)
        if names.wait_for_capacity:
            again = self._wait_for_capacity(names.wait_for_capacity, start, types)
            lacks_capacity = (
                f"({describe.failed}) and $described.error = '{CAPACITY_ERROR}'"
                f" and $capacity_waits < {self._waiting.capacity_attempts * types}"
            )
            choice.when(condition(lacks_capacity), again)
        choice.when(condition(describe.failed), self.failure)
        choice.otherwise(wait)
        return Fragment(
            entry=start, then=lambda following: choice.when(condition(describe.done), following)
        )

    def wait(self, id_: str) -> sfn.Wait:
        """A Wait whose intervals grow, so that a job of days takes few events."""
        waiting = self._waiting
        return sfn.Wait.jsonata(
            self._scope,
            id_,
            time=sfn.WaitTime.seconds(query("$wait")),
            assign=queries(
                {
                    "waited": "$waited + $wait",
                    "wait": f"$min([$ceil($wait * {waiting.growth}), {waiting.longest_s}])",
                }
            ),
        )

    def first_wait(self) -> dict[str, str]:
        """The variables before the first wait."""
        return {"wait": str(self._waiting.start_s), "waited": "0"}

    def _wait_for_capacity(self, id_: str, start: sfn.State, types: int) -> sfn.State:
        seconds = sfn.WaitTime.duration(Duration.seconds(self._waiting.capacity_s))
        if types > 1:
            is_last = f"($capacity_waits + 1) % {types} = 0"
            seconds = sfn.WaitTime.seconds(query(f"{is_last} ? {self._waiting.capacity_s} : 1"))
        wait = sfn.Wait.jsonata(
            self._scope,
            id_,
            time=seconds,
            assign=queries({"attempt": "$attempt + 1", "capacity_waits": "$capacity_waits + 1"}),
        )
        wait.next(start)
        return wait

    def _catch(self, task: sfn.TaskStateBase, assign: Mapping[str, str] | None = None) -> None:
        variables = {
            **self.position,
            "reason": query(CAUGHT),
            "error": query("$states.errorOutput.Error"),
            **queries(assign or {}),
        }
        task.add_catch(self.failure, errors=["States.ALL"], assign=variables)


def invoke(
    scope: Construct,
    id_: str,
    function: lambda_.IFunction,
    *,
    payload: Mapping[str, Any],
    **options: Any,
) -> tasks.LambdaInvoke:
    """A task that calls a function and retries transient errors."""
    task = tasks.LambdaInvoke.jsonata(
        scope,
        id_,
        lambda_function=function,
        payload=sfn.TaskInput.from_object(dict(payload)),
        retry_on_service_exceptions=False,
        **options,
    )
    retry_function(task)
    return task
