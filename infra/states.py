"""The kinds of states that the steps are made of, each with its retries and its catch."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from aws_cdk import Duration
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_stepfunctions as sfn
from aws_cdk import aws_stepfunctions_tasks as tasks
from constructs import Construct

from contract.states import Loop
from contract.steps import Step
from infra.jsonata import ATTEMPT, RESULT, condition, queries, query
from infra.retries import retry_function, retry_service
from infra.settings import Waiting

# JSONata of the reason of an error that was caught. A function's error is a JSON document with its
# message. Other causes are plain text, a document that was cut off, empty, or missing
# (States.Timeout).
CAUGHT = (
    "($cause := $states.errorOutput.Cause;"
    " $isWhole := $substring($cause, 0, 1) = '{' and $substring($cause, -1) = '}';"
    " $message := $isWhole ? $parse($cause).errorMessage : $cause;"
    " $message ? $message : $states.errorOutput.Error)"
)


@dataclass(frozen=True, kw_only=True)
class Fragment:
    """States that belong together: the first one, and how to add the state that follows them."""

    entry: sfn.State
    then: Callable[[sfn.State], Any]


@dataclass(frozen=True, kw_only=True)
class Describe:
    """How a loop describes what it waits for. The conditions are JSONata over `$look`."""

    action: str
    parameters: Mapping[str, str]
    resource: str
    look: Mapping[str, str]  # name → JSONata over $states.result
    done: str
    failed: str
    keep: Mapping[str, str]  # variable → JSONata over $states.result


class States:
    """Makes the states of one step in `scope`; what fails in them leads to `failure`.

    After a redrive the execution resumes at the state `entry`. `resources` collects the ARNs on
    which the state machine's role acts.
    """

    def __init__(
        self,
        scope: Construct,
        *,
        step: Step,
        entry: str,
        waiting: Waiting,
        failure: sfn.State,
        resources: list[str],
    ) -> None:
        self._scope, self._waiting, self.failure = scope, waiting, failure
        self._resources = resources
        self.marks = {"step": step.value, "resume_at": entry}  # variables that say where it is

    def call(
        self,
        id_: str,
        function: lambda_.IFunction,
        *,
        payload: Mapping[str, Any],
        keep: Mapping[str, str] | None = None,
        result: str = RESULT,
        failing: Mapping[str, str] | None = None,
        **options: Any,
    ) -> tasks.LambdaInvoke:
        """Calls a function of lambdas/ and keeps what it answers, or `failing` if it fails."""
        task = invoke(
            self._scope,
            id_,
            function,
            payload=payload,
            outputs=query(result),
            assign={**self.marks, **queries(keep or {})},
            **options,
        )
        self._resources.append(f"{function.function_arn}:*")
        self._catch(task, failing)
        return task

    def start(
        self, id_: str, function: lambda_.IFunction, payload: Mapping[str, Any], *, job: str
    ) -> tasks.LambdaInvoke:
        """Starts a job, and the time that is waited for it.

        `job` is JSONata of what the function would answer: it may fail after it started the job.
        """
        return self.call(
            id_,
            function,
            payload={"run": query("$run"), "attempt": ATTEMPT, **payload},
            keep={"job": RESULT, **self.fresh_wait()},
            failing={"job": job},
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
        """Calls an API of AWS without a function."""
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

    def loop(self, names: Loop, start: sfn.TaskStateBase, describe: Describe) -> Fragment:
        """start → wait → describe → done, failed, or wait again.

        A loop that can wait for capacity starts a job again for which AWS had no instances.
        """
        look = self.call_service(
            names.describe,
            service="sagemaker",
            action=describe.action,
            parameters=describe.parameters,
            resource=describe.resource,
            assign={"look": queries(describe.look), **queries(describe.keep)},
            outputs=queries(describe.look),
        )
        wait = self.wait(names.wait)
        choice = sfn.Choice.jsonata(self._scope, names.is_done)
        start.next(wait).next(look).next(choice)
        if names.wait_for_capacity:
            again = self._wait_for_capacity(names.wait_for_capacity, start)
            lacking = (
                f"({describe.failed}) and $contains($reason, 'CapacityError')"
                f" and $capacity_waits < {self._waiting.capacity_attempts}"
            )
            choice.when(condition(lacking), again)
        choice.when(condition(describe.failed), self.failure)
        choice.otherwise(wait)
        return Fragment(
            entry=start, then=lambda following: choice.when(condition(describe.done), following)
        )

    def wait(self, id_: str) -> sfn.Wait:
        """Each wait is longer than the one before, so that days take few events."""
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

    def fresh_wait(self) -> dict[str, str]:
        """The variables of the first wait."""
        return {"wait": str(self._waiting.start_s), "waited": "0"}

    def _wait_for_capacity(self, id_: str, start: sfn.State) -> sfn.State:
        wait = sfn.Wait.jsonata(
            self._scope,
            id_,
            time=sfn.WaitTime.duration(Duration.seconds(self._waiting.capacity_s)),
            assign=queries({"attempt": "$attempt + 1", "capacity_waits": "$capacity_waits + 1"}),
        )
        wait.next(start)
        return wait

    def _catch(self, task: sfn.TaskStateBase, keep: Mapping[str, str] | None = None) -> None:
        assign = {
            **self.marks,
            "reason": query(CAUGHT),
            "error": query("$states.errorOutput.Error"),
            **queries(keep or {}),
        }
        task.add_catch(self.failure, errors=["States.ALL"], assign=assign)


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
