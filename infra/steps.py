"""The steps from reviews to a live endpoint, each with its states.

What a step learns is kept in variables: `run`, the document made by Prepare, `job`, `model_data`,
`gate`, `package`, `endpoint`; `step`, `reason` and `error` (the name of a state's error) for the
case of a failure; `wait` and `waited` in seconds.
"""

from dataclasses import asdict, dataclass

from aws_cdk import Duration
from aws_cdk import aws_sns as sns
from aws_cdk import aws_stepfunctions as sfn
from constructs import Construct

from infra import images
from infra.monitoring import VARIANT
from infra.permissions import arn
from infra.pipeline_functions import PipelineFunctions
from infra.requests import Request
from infra.settings import Settings
from infra.states import (
    ATTEMPT,
    CAUGHT,
    RESULT,
    Describe,
    States,
    Step,
    condition,
    first,
    queries,
    query,
)

# Whoever has the token may answer anything: what is not a yes is a no, and a comment becomes one
# line, as UpdateModelPackage wants it.
_YES = "$answer.approved = true"
_COMMENT = "$substring($replace($answer.comment & '', /\\s+/, ' '), 0, 1024)"


@dataclass(frozen=True, kw_only=True)
class Requests:
    """The compiled requests, filled with what is known at synth."""

    processing: Request
    training: Request
    evaluation: Request
    model_package: Request
    model: Request
    endpoint_config: Request
    update: Request


class Steps:
    """Makes the states of the steps in `scope`."""

    def __init__(
        self,
        scope: Construct,
        states: States,
        *,
        settings: Settings,
        functions: PipelineFunctions,
        requests: Requests,
        topic: sns.ITopic,
    ) -> None:
        self._scope, self._states, self._settings = scope, states, settings
        self._functions, self._requests, self._topic = functions, requests, topic

    def prepare(self) -> Step:
        task = self._states.call(
            "Prepare",
            self._functions.prepare,
            step="Prepare",
            payload={
                "input": query("$states.context.Execution.Input"),
                "execution": {
                    "id": query("$states.context.Execution.Id"),
                    "name": query("$states.context.Execution.Name"),
                    "start_time": query("$states.context.Execution.StartTime"),
                },
                "images": images.ends_of_patches(self._settings.every_image()),
                # Of `reviews deploy --force`.
                "force": self._scope.node.try_get_context("force") == "true",
            },
            keep={"run": RESULT, "model_data": f"{RESULT}.model_data"},
        )
        return Step(entry=task, then=task.next)

    def processing(self) -> Step:
        start = self._states.start(
            "Processing",
            self._functions.start_processing,
            {"request": self._requests.processing},
            job=self._job("processing", "process"),
        )
        job = self._processing_job("Processing")
        return self._states.wait_for("Processing", start, job, capacity=True)

    def features(self) -> Step:
        """The offline store lags behind by minutes; training on features that are not there yet
        could not be repeated."""
        limit = self._settings.waiting.features_limit_s
        begin = sfn.Pass.jsonata(
            self._scope,
            "BeginFeatures",
            assign={"step": "Features", "job": {}, **queries(self._states.fresh_wait())},
        )
        check = self._states.call(
            "CheckFeatures",
            self._functions.check_features,
            step="Features",
            payload={"run": query("$run")},
            keep={
                "look": RESULT,
                "reason": f"'the offline store has ' & {RESULT}.found & ' of ' & "
                f"{RESULT}.expected & ' rows after ' & $waited & ' s'",
            },
        )
        choice = sfn.Choice.jsonata(self._scope, "FeaturesReady?")
        begin.next(check).next(choice)
        late = condition(f"$not($look.ready) and $waited >= {limit}")
        choice.when(late, self._states.failure)
        choice.otherwise(self._states.wait("Features").next(check))
        return Step(
            entry=begin, then=lambda following: choice.when(condition("$look.ready"), following)
        )

    def training(self) -> Step:
        start = self._states.start(
            "Training",
            self._functions.start_training,
            {"request": self._requests.training},
            job=self._job("training", "train"),
        )
        artefact = "$states.result.ModelArtifacts.S3ModelArtifacts"
        job = Describe(
            action="describeTrainingJob",
            parameters={"TrainingJobName": query("$job.name")},
            resource=self._arn(f"training-job/{self._settings.name}-*"),
            look={"status": "$states.result.TrainingJobStatus"},
            done="$look.status = 'Completed'",
            failed="$look.status in ['Failed', 'Stopped']",
            keep={
                "reason": first("FailureReason", otherwise=_stopped("training", "SecondaryStatus")),
                "model_data": f"$exists({artefact}) ? {artefact} : ''",
            },
        )
        return self._states.wait_for("Training", start, job, capacity=True)

    def evaluation(self) -> Step:
        start = self._states.start(
            "Evaluation",
            self._functions.start_evaluation,
            {"request": self._requests.evaluation, "model_data": query("$model_data")},
            job=self._job("processing", "evaluate"),
        )
        job = self._processing_job("Evaluation")
        return self._states.wait_for("Evaluation", start, job, capacity=True)

    def _job(self, kind: str, verb: str) -> str:
        """Of this attempt, named as in lambdas/shared/run.py."""
        name = f"'{self._settings.name}-{verb}-' & $run.id & '-' & $attempt"
        return f"{{'kind': '{kind}', 'name': {name}}}"

    def _processing_job(self, name: str) -> Describe:
        # The message is what the script itself has to say; where AWS failed, it says so beside it.
        failed = "$states.result.FailureReason"
        beside = f"{failed} and $not($contains({failed}, 'AlgorithmError'))"
        said = f"$states.result.ExitMessage & ({beside} ? ' (' & {failed} & ')' : '')"
        silent = first("FailureReason", otherwise=_stopped(name.lower()))
        return Describe(
            action="describeProcessingJob",
            parameters={"ProcessingJobName": query("$job.name")},
            resource=self._arn(f"processing-job/{self._settings.name}-*"),
            look={"status": "$states.result.ProcessingJobStatus"},
            done="$look.status = 'Completed'",
            failed="$look.status in ['Failed', 'Stopped']",
            keep={"reason": f"$states.result.ExitMessage ? {said} : ({silent})"},
        )

    def gate(self) -> Step:
        """Every model is registered; one that the gate or a person rejects goes no further."""
        settings, states = self._settings, self._states
        gate = states.call(
            "CheckGate",
            self._functions.check_gate,
            step="Gate",
            payload={"run": query("$run"), "gate": asdict(settings.gate)},
            keep={"gate": RESULT, "job": "{}"},
        )
        register = states.call(
            "RegisterModel",
            self._functions.register_model,
            step="Gate",
            payload={
                "run": query("$run"),
                "gate": query("$gate"),
                "needs_approval": settings.approval,
                "model_data": query("$model_data"),
                "request": self._requests.model_package,
            },
            keep={
                "package": RESULT,
                "reason": f"$join($gate.missed, '; ') & '; registered as version ' & "
                f"{RESULT}.version & ', rejected'",
            },
        )
        choice = sfn.Choice.jsonata(self._scope, "Approved?")
        gate.next(register).next(choice)
        choice.when(condition("$package.status = 'Rejected'"), states.failure)
        if not settings.approval:
            return Step(entry=gate, then=choice.otherwise)
        approval = self._approval()
        choice.otherwise(approval.entry)
        return Step(entry=gate, then=approval.then)

    def _approval(self) -> Step:
        """`reviews approve` answers {approved, comment}."""
        name, limit = self._settings.name, self._settings.waiting.approval_limit_s
        ask = self._states.call(
            "AskApproval",
            self._functions.ask_approval,
            step="Gate",
            payload={
                "run": query("$run"),
                "gate": query("$gate"),
                "package": query("$package"),
                "token": query("$states.context.Task.Token"),
            },
            result="$states.result",
            keep={
                "answer": "$states.result",
                "reason": "'version ' & $package.version & ' was not approved: ' & "
                "$states.result.comment",
            },
            failing={
                "reason": f"$states.errorOutput.Error = 'States.Timeout' ? "
                f"'nobody answered within {limit} s' : {CAUGHT}"
            },
            integration_pattern=sfn.IntegrationPattern.WAIT_FOR_TASK_TOKEN,
            task_timeout=sfn.Timeout.duration(Duration.seconds(limit)),
        )
        record = self._states.ask(
            "RecordAnswer",
            step="Gate",
            service="sagemaker",
            action="updateModelPackage",
            parameters={
                "ModelPackageArn": query("$package.arn"),
                "ModelApprovalStatus": query(f"{_YES} ? 'Approved' : 'Rejected'"),
                "ApprovalDescription": query(_COMMENT),
            },
            resource=self._arn(f"model-package/{name}/*"),
        )
        choice = sfn.Choice.jsonata(self._scope, "Answer?")
        choice.otherwise(self._states.failure)
        ask.next(record).next(choice)
        return Step(
            entry=ask,
            then=lambda following: choice.when(condition(_YES), following),
        )

    def endpoint(self) -> Step:
        deploy = self._states.call(
            "DeployEndpoint",
            self._functions.deploy_endpoint,
            step="Endpoint",
            payload={
                "run": query("$run"),
                "attempt": ATTEMPT,
                "model_data": query("$model_data"),
                "model": self._requests.model,
                "endpoint_config": self._requests.endpoint_config,
                "update": self._requests.update,
            },
            keep={"endpoint": RESULT, **self._states.fresh_wait()},
        )
        endpoint = Describe(
            action="describeEndpoint",
            parameters={"EndpointName": query("$endpoint.name")},
            resource=self._arn(f"endpoint/{self._settings.name}"),
            look={
                "status": "$states.result.EndpointStatus",
                "config": "$states.result.EndpointConfigName",
            },
            done="$look.status = 'InService' and $look.config = $endpoint.endpoint_config",
            # In service with another configuration: rolled back, or another execution was faster.
            failed=(
                "$look.status in ['Failed', 'OutOfService', 'UpdateRollbackFailed'] or "
                "$look.status = 'InService' and $look.config != $endpoint.endpoint_config"
            ),
            keep={
                "reason": first(
                    "FailureReason",
                    otherwise="'another execution put ' & $states.result.EndpointConfigName & "
                    "' in service'",
                )
            },
        )
        return self._states.wait_for("Endpoint", deploy, endpoint, capacity=False)

    def scaling(self) -> dict[str, Step]:
        """After each update: the target belongs to the endpoint, the settings may have changed."""
        endpoint = self._settings.endpoint
        if not endpoint.max_instance_count:
            return {}
        task = self._states.call(
            "ScaleEndpoint",
            self._functions.scale_endpoint,
            step="Scaling",
            payload={
                "run": query("$run"),
                "scaling": {
                    "variant": VARIANT,
                    "least": endpoint.instance_count,
                    "most": endpoint.max_instance_count,
                    "invocations_per_instance": endpoint.invocations_per_instance,
                },
            },
        )
        return {"Scaling": Step(entry=task, then=task.next)}

    def smoke_test(self) -> Step:
        task = self._states.call(
            "SmokeTest",
            self._functions.smoke_test,
            step="SmokeTest",
            payload={
                "run": query("$run"),
                "endpoint": query("$endpoint"),
                "package": query("$package"),
            },
        )
        return Step(entry=task, then=task.next)

    def tell(self) -> sfn.State:
        """The last state; its output is that of the execution, what the smoke test gathered."""
        name = self._settings.name
        tell = self._states.ask(
            "Tell",
            step="SmokeTest",
            service="sns",
            action="publish",
            parameters={
                "TopicArn": self._topic.topic_arn,
                "Subject": query(f"'{name}: run ' & $run.id & ' is live'"),
                "Message": query(
                    f"'Endpoint {name} serves model ' & $package.version & ' of run ' & $run.id & "
                    "': accuracy ' & $gate.metrics.accuracy & ', macro-F1 ' & "
                    "$gate.metrics.macro_f1 & ($count($gate.missed) = 0 ? '.' : "
                    "'. Not reached: ' & $join($gate.missed, '; ') & '.')"
                ),
            },
            resource=self._topic.topic_arn,
            outputs=query("$states.input"),
        )
        tell.next(sfn.Succeed.jsonata(self._scope, "Succeeded"))
        return tell

    def _arn(self, resource: str) -> str:
        return arn(self._scope, "sagemaker", resource)


def _stopped(job: str, detail: str = "") -> str:
    """JSONata for a job that ended as Stopped, with what the result tells about it, such as
    MaxRuntimeExceeded."""
    text = f"'the {job} job was stopped'"
    if not detail:
        return text
    value = f"$states.result.{detail}"
    return f"{text} & ({value} in ['Stopped', 'Stopping'] ? '' : ': ' & {value})"
