"""The kinds of states that the state machine is made of, each with its retries and its catch."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from aws_cdk import Duration
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_stepfunctions as sfn
from aws_cdk import aws_stepfunctions_tasks as tasks
from constructs import Construct

from infra.settings import Waiting

RESULT = "$states.result.Payload"
ATTEMPT = "{% $attempt %}"
# A function's error is a JSON document with its message. Other causes are plain text, or cut off in
# the midst of a document, or empty, or missing (States.Timeout).
CAUGHT = (
    "($cause := $states.errorOutput.Cause;"
    " $isWhole := $substring($cause, 0, 1) = '{' and $substring($cause, -1) = '}';"
    " $message := $isWhole ? $parse($cause).errorMessage : $cause;"
    " $message ? $message : $states.errorOutput.Error)"
)
# https://docs.aws.amazon.com/step-functions/latest/dg/concepts-error-handling.html; the last of
# _PASSING is of lambdas/shared/steps.py.
_PASSING = (
    "Lambda.ClientExecutionTimeoutException",
    "Lambda.ServiceException",
    "Lambda.AWSLambdaException",
    "Lambda.SdkClientException",
    "Lambda.TooManyRequestsException",
    "Throttled",
)
# The function's own process, which may do better in another one; or it has too little time or
# memory, and then a third try is the last.
_ENDED = ("Lambda.Unknown", "Runtime.ExitError", "Sandbox.Timedout")
_ENDED_ATTEMPTS = 2
# An error without a name of its own, and a call without an answer.
_OWN_CALLS = {
    "sagemaker": ("SageMaker.SageMakerException", "SageMaker.SdkClientException"),
    "sns": ("Sns.SnsException", "Sns.SdkClientException"),
}
_OWN_ATTEMPTS = 30  # some half an hour: no job of days is given up for minutes of throttling
# Somebody else has to finish first.
_BUSY = ("LimitReached", "EndpointBusy")
_BUSY_ATTEMPTS = 30  # some four hours


@dataclass(frozen=True, kw_only=True)
class Step:
    """The states of one step: where it begins, and how to say what comes after it."""

    entry: sfn.State
    then: Callable[[sfn.State], Any]


@dataclass(frozen=True, kw_only=True)
class Describe:
    """How a loop looks at what it waits for. The conditions are JSONata over `$look`."""

    action: str
    parameters: Mapping[str, str]
    resource: str
    look: Mapping[str, str]  # name → JSONata over $states.result
    done: str
    failed: str
    keep: Mapping[str, str]  # variable → JSONata over $states.result


def query(expression: str) -> str:
    return f"{{% {expression} %}}"


def queries(expressions: Mapping[str, str]) -> dict[str, str]:
    return {name: query(expression) for name, expression in expressions.items()}


def condition(expression: str) -> sfn.Condition:
    return sfn.Condition.jsonata(query(expression))


def first(*fields: str, otherwise: str) -> str:
    """The first of the result's fields that there is, and that says something."""
    for field in reversed(fields):
        value = f"$states.result.{field}"
        otherwise = f"{value} ? {value} : ({otherwise})"
    return otherwise


class States:
    """Makes states in `scope`. What goes wrong in them leads to `failure`."""

    def __init__(self, scope: Construct, waiting: Waiting, failure: sfn.State) -> None:
        self._scope, self._waiting, self.failure = scope, waiting, failure
        self.resources: list[str] = []  # of the state machine's own calls

    def call(
        self,
        id_: str,
        function: lambda_.IFunction,
        *,
        step: str,
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
            assign={"step": step, **queries(keep or {})},
            **options,
        )
        self.resources.append(f"{function.function_arn}:*")
        self.catch(task, step, failing)
        return task

    def start(
        self, name: str, function: lambda_.IFunction, payload: Mapping[str, Any], *, job: str
    ) -> tasks.LambdaInvoke:
        """Starts a job, from where the waiting begins anew.

        `job` is what the function would answer: it may have started the job and then died.
        """
        return self.call(
            f"Start{name}",
            function,
            step=name,
            payload={"run": query("$run"), "attempt": ATTEMPT, **payload},
            keep={"job": RESULT, **self.fresh_wait()},
            failing={"job": job},
        )

    def ask(
        self,
        id_: str,
        *,
        step: str,
        service: str,
        action: str,
        parameters: Mapping[str, Any],
        resource: str,
        **options: Any,
    ) -> tasks.CallAwsService:
        """One call to AWS without a function."""
        self.resources.append(resource)
        task = tasks.CallAwsService.jsonata(
            self._scope,
            id_,
            service=service,
            action=action,
            parameters=parameters,
            iam_resources=[resource],
            **options,
        )
        errors = [*_OWN_CALLS[service], "States.Timeout"]
        task.add_retry(errors=errors, **_soon(_OWN_ATTEMPTS))
        self.catch(task, step)
        return task

    def wait_for(
        self, name: str, start: sfn.TaskStateBase, describe: Describe, *, capacity: bool
    ) -> Step:
        """start → wait → describe → done, failed, or wait again.

        With `capacity`, a job for which AWS had no machines is started again after a while.
        """
        look = self.ask(
            f"Describe{name}",
            step=name,
            service="sagemaker",
            action=describe.action,
            parameters=describe.parameters,
            resource=describe.resource,
            assign={"look": queries(describe.look), **queries(describe.keep)},
            outputs=queries(describe.look),
        )
        wait = self.wait(name)
        choice = sfn.Choice.jsonata(self._scope, f"{name}Done?")
        start.next(wait).next(look).next(choice)
        if capacity:
            again = self._wait_for_capacity(name, start)
            lacking = (
                f"({describe.failed}) and $contains($reason, 'CapacityError')"
                f" and $capacity_waits < {self._waiting.capacity_attempts}"
            )
            choice.when(condition(lacking), again)
        choice.when(condition(describe.failed), self.failure)
        choice.otherwise(wait)
        return Step(
            entry=start, then=lambda following: choice.when(condition(describe.done), following)
        )

    def _wait_for_capacity(self, name: str, start: sfn.State) -> sfn.State:
        wait = sfn.Wait.jsonata(
            self._scope,
            f"WaitForCapacityOf{name}",
            time=sfn.WaitTime.duration(Duration.seconds(self._waiting.capacity_s)),
            assign=queries({"attempt": "$attempt + 1", "capacity_waits": "$capacity_waits + 1"}),
        )
        wait.next(start)
        return wait

    def wait(self, name: str) -> sfn.Wait:
        """Each wait is longer than the one before, so that days take few events."""
        waiting = self._waiting
        return sfn.Wait.jsonata(
            self._scope,
            f"WaitFor{name}",
            time=sfn.WaitTime.seconds(query("$wait")),
            assign=queries(
                {
                    "waited": "$waited + $wait",
                    "wait": f"$min([$ceil($wait * {waiting.growth}), {waiting.longest_s}])",
                }
            ),
        )

    def fresh_wait(self) -> dict[str, str]:
        return {"wait": str(self._waiting.start_s), "waited": "0"}

    def catch(
        self, task: sfn.TaskStateBase, step: str, keep: Mapping[str, str] | None = None
    ) -> None:
        assign = {
            "step": step,
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
    """Calls a function; only what passes by itself is tried again.

    A function may do everything twice: it finds what it has made before.
    """
    task = tasks.LambdaInvoke.jsonata(
        scope,
        id_,
        lambda_function=function,
        payload=sfn.TaskInput.from_object(dict(payload)),
        retry_on_service_exceptions=False,
        **options,
    )
    task.add_retry(errors=list(_PASSING), **_soon())
    task.add_retry(errors=list(_ENDED), **_soon(_ENDED_ATTEMPTS))
    task.add_retry(
        errors=list(_BUSY),
        interval=Duration.minutes(1),
        max_attempts=_BUSY_ATTEMPTS,
        max_delay=Duration.minutes(10),
        jitter_strategy=sfn.JitterType.FULL,
    )
    return task


def _soon(attempts: int = 8) -> dict[str, Any]:
    return {
        "interval": Duration.seconds(2),
        "max_attempts": attempts,
        "max_delay": Duration.minutes(2),
        "jitter_strategy": sfn.JitterType.FULL,
    }
