"""The state machine: from reviews to a live endpoint, one step after the other.

A job is started by a function, then waited for in a loop over its Describe call. What a step
learns is kept in variables: `run`, the document made by Prepare, `step` and `reason` for the case
of a failure, `wait` and `waited` in seconds, and what later steps need.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from aws_cdk import Duration, RemovalPolicy
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_logs as logs
from aws_cdk import aws_stepfunctions as sfn
from aws_cdk import aws_stepfunctions_tasks as tasks
from constructs import Construct

from infra.permissions import acknowledge_wildcards, arn
from infra.pipeline_functions import PipelineFunctions
from infra.requests import Request
from infra.settings import Settings

_RESULT = "$states.result.Payload"
# A function's error is a JSON document with its message; other causes are plain text.
_CAUGHT = (
    "($cause := $states.errorOutput.Cause; $contains($cause, '\"errorMessage\"')"
    " ? $parse($cause).errorMessage : $cause ? $cause : $states.errorOutput.Error)"
)


@dataclass(frozen=True, kw_only=True)
class Requests:
    """The compiled requests, filled with what is known at synth."""

    processing: Request
    training: Request
    evaluation: Request
    model: Request
    endpoint_config: Request


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


class PipelineStateMachine(Construct):
    def __init__(
        self,
        scope: Construct,
        id_: str,
        *,
        settings: Settings,
        functions: PipelineFunctions,
        requests: Requests,
    ) -> None:
        super().__init__(scope, id_)
        self._settings, self._functions, self._requests = settings, functions, requests
        self._described: list[str] = []
        self._called: list[str] = []
        self._failed = sfn.Fail.jsonata(
            self, "Failed", error=_query("$step"), cause=_query("$step & ': ' & $reason")
        )
        self.state_machine = self._state_machine(
            self._sequence(
                [
                    self._prepare(),
                    self._processing(),
                    self._features(),
                    self._training(),
                    self._evaluation(),
                    self._endpoint(),
                    self._smoke_test(),
                ]
            )
        )

    def _sequence(self, steps: Sequence[Step]) -> sfn.State:
        for step, following in pairwise(steps):
            step.then(following.entry)
        steps[-1].then(sfn.Succeed.jsonata(self, "Succeeded"))
        return steps[0].entry

    def _prepare(self) -> Step:
        task = self._call(
            "Prepare",
            self._functions.prepare,
            step="Prepare",
            payload={
                "input": _query("$states.context.Execution.Input"),
                "execution": {
                    "name": _query("$states.context.Execution.Name"),
                    "start_time": _query("$states.context.Execution.StartTime"),
                },
            },
            keep={"run": _RESULT},
        )
        return Step(entry=task, then=task.next)

    def _processing(self) -> Step:
        start = self._start(
            "Processing", self._functions.start_processing, {"request": self._requests.processing}
        )
        return self._wait_for("Processing", start, self._processing_job("Processing"))

    def _training(self) -> Step:
        start = self._start(
            "Training", self._functions.start_training, {"request": self._requests.training}
        )
        artefact = "$states.result.ModelArtifacts.S3ModelArtifacts"
        job = Describe(
            action="describeTrainingJob",
            parameters={"TrainingJobName": _query("$job.name")},
            resource=f"training-job/{self._settings.name}-*",
            look={"status": "$states.result.TrainingJobStatus"},
            done="$look.status = 'Completed'",
            failed="$look.status in ['Failed', 'Stopped']",
            keep={
                "reason": _first("FailureReason", otherwise="'the training job was stopped'"),
                "model_data": f"$exists({artefact}) ? {artefact} : ''",
            },
        )
        return self._wait_for("Training", start, job)

    def _evaluation(self) -> Step:
        start = self._start(
            "Evaluation",
            self._functions.start_evaluation,
            {"request": self._requests.evaluation, "model_data": _query("$model_data")},
        )
        return self._wait_for("Evaluation", start, self._processing_job("Evaluation"))

    def _processing_job(self, name: str) -> Describe:
        stopped = f"'the {name.lower()} job was stopped'"
        return Describe(
            action="describeProcessingJob",
            parameters={"ProcessingJobName": _query("$job.name")},
            resource=f"processing-job/{self._settings.name}-*",
            look={"status": "$states.result.ProcessingJobStatus"},
            done="$look.status = 'Completed'",
            failed="$look.status in ['Failed', 'Stopped']",
            # The message is what the script itself has to say.
            keep={"reason": _first("ExitMessage", "FailureReason", otherwise=stopped)},
        )

    def _endpoint(self) -> Step:
        deploy = self._call(
            "DeployEndpoint",
            self._functions.deploy_endpoint,
            step="Endpoint",
            payload={
                "run": _query("$run"),
                "model_data": _query("$model_data"),
                "model": self._requests.model,
                "endpoint_config": self._requests.endpoint_config,
            },
            keep={"endpoint": _RESULT, **self._fresh_wait()},
        )
        endpoint = Describe(
            action="describeEndpoint",
            parameters={"EndpointName": _query("$endpoint.name")},
            resource=f"endpoint/{self._settings.name}",
            look={
                "status": "$states.result.EndpointStatus",
                "config": "$states.result.EndpointConfigName",
            },
            done="$look.status = 'InService' and $look.config = $endpoint.endpoint_config",
            # In service with another configuration: the update was rolled back.
            failed=(
                "$look.status in ['Failed', 'OutOfService', 'UpdateRollbackFailed'] or "
                "$look.status = 'InService' and $look.config != $endpoint.endpoint_config"
            ),
            keep={
                "reason": _first(
                    "FailureReason", otherwise="'the endpoint went back to ' & {}"
                ).format("$states.result.EndpointConfigName")
            },
        )
        return self._wait_for("Endpoint", deploy, endpoint)

    def _smoke_test(self) -> Step:
        task = self._call(
            "SmokeTest",
            self._functions.smoke_test,
            step="SmokeTest",
            payload={"run": _query("$run"), "endpoint": _query("$endpoint")},
        )
        return Step(entry=task, then=task.next)

    def _features(self) -> Step:
        """The offline store lags behind by minutes; training on features that are not there yet
        could not be repeated."""
        limit = self._settings.waiting.features_limit_s
        check = self._call(
            "CheckFeatures",
            self._functions.check_features,
            step="Features",
            payload={"run": _query("$run")},
            keep={
                "look": _RESULT,
                "reason": f"'the offline store has ' & {_RESULT}.found & ' of ' & "
                f"{_RESULT}.expected & ' rows after ' & $waited & ' s'",
            },
        )
        wait = self._wait("Features")
        choice = sfn.Choice.jsonata(self, "FeaturesReady?")
        check.next(choice)
        choice.when(_condition(f"$not($look.ready) and $waited >= {limit}"), self._failed)
        choice.otherwise(wait.next(check))
        return Step(
            entry=check, then=lambda following: choice.when(_condition("$look.ready"), following)
        )

    def _start(
        self, name: str, function: lambda_.IFunction, payload: Mapping[str, Any]
    ) -> tasks.LambdaInvoke:
        return self._call(
            f"Start{name}",
            function,
            step=name,
            payload={"run": _query("$run"), **payload},
            keep={"job": _RESULT, **self._fresh_wait()},
        )

    def _wait_for(self, name: str, start: sfn.TaskStateBase, describe: Describe) -> Step:
        """start → wait → describe → done, failed, or wait again."""
        resource = arn(self, "sagemaker", describe.resource)
        self._described.append(resource)
        look = tasks.CallAwsService.jsonata(
            self,
            f"Describe{name}",
            service="sagemaker",
            action=describe.action,
            parameters=describe.parameters,
            iam_resources=[resource],
            assign={
                "look": {key: _query(value) for key, value in describe.look.items()},
                **{key: _query(value) for key, value in describe.keep.items()},
            },
            outputs={key: _query(value) for key, value in describe.look.items()},
        )
        look.add_retry(
            errors=["SageMaker.SageMakerException", "States.Timeout"],
            interval=Duration.seconds(2),
            max_attempts=6,
            jitter_strategy=sfn.JitterType.FULL,
            max_delay=Duration.minutes(1),
        )
        self._catch(look, name)
        wait = self._wait(name)
        choice = sfn.Choice.jsonata(self, f"{name}Done?")
        start.next(wait).next(look).next(choice)
        choice.when(_condition(describe.failed), self._failed)
        choice.otherwise(wait)
        return Step(
            entry=start, then=lambda following: choice.when(_condition(describe.done), following)
        )

    def _wait(self, name: str) -> sfn.Wait:
        """Each wait is longer than the one before, so that days take few events."""
        waiting = self._settings.waiting
        return sfn.Wait.jsonata(
            self,
            f"WaitFor{name}",
            time=sfn.WaitTime.seconds(_query("$wait")),
            assign={
                "waited": _query("$waited + $wait"),
                "wait": _query(f"$min([$ceil($wait * {waiting.growth}), {waiting.longest_s}])"),
            },
        )

    def _fresh_wait(self) -> dict[str, str]:
        return {"wait": str(self._settings.waiting.start_s), "waited": "0"}

    def _call(
        self,
        id_: str,
        function: lambda_.IFunction,
        *,
        step: str,
        payload: Mapping[str, Any],
        keep: Mapping[str, str] | None = None,
    ) -> tasks.LambdaInvoke:
        self._called.append(f"{function.function_arn}:*")
        task = tasks.LambdaInvoke.jsonata(
            self,
            id_,
            lambda_function=function,
            payload=sfn.TaskInput.from_object(dict(payload)),
            outputs=_query(_RESULT),
            assign={
                "step": step,
                **{name: _query(value) for name, value in (keep or {}).items()},
            },
            retry_on_service_exceptions=True,
        )
        self._catch(task, step)
        return task

    def _catch(self, task: sfn.TaskStateBase, step: str) -> None:
        task.add_catch(
            self._failed, errors=["States.ALL"], assign={"step": step, "reason": _query(_CAUGHT)}
        )

    def _state_machine(self, first: sfn.State) -> sfn.StateMachine:
        name = self._settings.name
        log_group = logs.LogGroup(
            self,
            "Logs",
            log_group_name=f"/aws/vendedlogs/states/{name}",
            retention=logs.RetentionDays.THREE_MONTHS,
            removal_policy=RemovalPolicy.DESTROY,
        )
        machine = sfn.StateMachine(
            self,
            "StateMachine",
            state_machine_name=name,
            definition_body=sfn.DefinitionBody.from_chainable(first),
            query_language=sfn.QueryLanguage.JSONATA,
            tracing_enabled=True,
            logs=sfn.LogOptions(
                destination=log_group, level=sfn.LogLevel.ALL, include_execution_data=True
            ),
        )
        # Log delivery and tracing know no resources; CDK allows every version of a function.
        acknowledge_wildcards(machine, ["*", *self._described, *self._called])
        return machine


def _query(expression: str) -> str:
    return f"{{% {expression} %}}"


def _condition(expression: str) -> sfn.Condition:
    return sfn.Condition.jsonata(_query(expression))


def _first(*fields: str, otherwise: str) -> str:
    """The first of the result's fields that there is."""
    for field in reversed(fields):
        value = f"$states.result.{field}"
        otherwise = f"$exists({value}) ? {value} : ({otherwise})"
    return otherwise
