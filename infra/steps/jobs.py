"""Process, train and evaluate: the steps that start a SageMaker job and wait for its end."""

from collections.abc import Mapping
from typing import Any

from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_stepfunctions as sfn

from contract import states as names
from contract.job_errors import ALGORITHM_ERROR, STOPPED
from contract.states import Loop
from contract.steps import JobKind, Step
from infra.jsonata import RESULT, condition, first, query
from infra.states import Describe, Fragment
from infra.steps.context import Context

# The values of TrainingJobStatus and ProcessingJobStatus with which a job ends.
DONE = "$described.status = 'Completed'"
FAILED = f"$described.status in ['Failed', '{STOPPED}']"
# The name of the error with which FailureReason begins.
ERROR = (
    "($exists($states.result.FailureReason)"
    " ? $substringBefore($states.result.FailureReason, ':') : '')"
)


def process(context: Context) -> Fragment:
    return _job_step(
        context,
        Step.PROCESS,
        names.PROCESSING,
        context.functions.start_processing,
        {"request": context.requests.processing},
        _processing_job(context, "processing"),
    )


def train(context: Context) -> Fragment:
    """One training job; or, for a run that tunes, a tuning job, whose best training job becomes the
    run's."""
    types = [
        context.settings.training_instances.instance_type,
        *context.settings.capacity.fallback_types,
    ]
    given = {"request": context.requests.training, "instance_types": types}
    tuning = _tune(context, given)
    training = _job_step(
        context,
        Step.TRAIN,
        names.TRAINING,
        context.functions.start_training,
        {**given, "capacity_waits": query("$capacity_waits")},
        _training_job(context),
        types=len(types),
        entry=names.IS_TUNING,
    )
    choice = sfn.Choice.jsonata(context.scope, names.IS_TUNING)
    choice.when(condition("$exists($run.tuning)"), tuning.entry).otherwise(training.entry)

    def then(following: sfn.State) -> None:
        tuning.then(following)
        training.then(following)

    return Fragment(entry=choice, then=then)


def _tune(context: Context, given: Mapping[str, Any]) -> Fragment:
    """`given`: the request of a training job, and its instance types.

    However the tuning job ends, EndTuning looks for its best training job: AWS does not document
    the status of one that ends with its limit of time, and one that a person stops has models, too.
    """
    states = context.states(Step.TRAIN, entry=names.IS_TUNING)
    job = f"{{'kind': '{JobKind.TUNING.value}', 'name': $run.tuning.job & $attempt}}"
    start = states.start(names.TUNING.start, context.functions.start_tuning, given, job=job)
    loop = states.loop(names.TUNING, start, _tuning_job(context))
    end = states.call(
        names.END_TUNING,
        context.functions.end_tuning,
        payload={"run": query("$run"), "job": query("$job")},
        assign={
            "run": f"{RESULT}.run",
            "model_data": f"{RESULT}.model_data",
            "reason": f"{RESULT}.reason",
            "described": f"{{'status': {RESULT}.status, 'error': {RESULT}.error}}",
        },
    )
    choice = sfn.Choice.jsonata(context.scope, names.BEST_FOUND)
    choice.when(condition("$model_data = ''"), states.failure)
    loop.then(end)
    end.next(choice)
    return Fragment(entry=start, then=choice.otherwise)


def _tuning_job(context: Context) -> Describe:
    name = context.settings.name
    return Describe(
        action="describeHyperParameterTuningJob",
        parameters={"HyperParameterTuningJobName": query("$job.name")},
        resource=context.sagemaker_arn(f"hyper-parameter-tuning-job/{name}-*"),
        described={"status": "$states.result.HyperParameterTuningJobStatus"},
        done=f"$described.status in ['Completed', 'Failed', '{STOPPED}']",
        failed="$described.status in ['Deleting', 'DeleteFailed']",
        assign={"reason": "'the tuning job was deleted'"},
    )


def evaluate(context: Context) -> Fragment:
    return _job_step(
        context,
        Step.EVALUATE,
        names.EVALUATION,
        context.functions.start_evaluation,
        {"request": context.requests.evaluation, "model_data": query("$model_data")},
        _processing_job(context, "evaluation"),
    )


def _job_step(
    context: Context,
    step: Step,
    loop: Loop,
    function: lambda_.IFunction,
    payload: Mapping[str, Any],
    describe: Describe,
    *,
    types: int = 1,
    entry: str = "",
) -> Fragment:
    """`types`: of how many instance types the job may be; `entry`: where a redrive resumes, if not
    at the start of the job."""
    states = context.states(step, entry=entry or loop.start)
    start = states.start(loop.start, function, payload, job=_job(context, step))
    return states.loop(loop, start, describe, types=types)


def _job(context: Context, step: Step) -> str:
    """JSONata for the job of this attempt: its kind, and its name as in lambdas/shared/run.py."""
    assert step.job  # noqa: S101 - every step of this module has one
    name = f"'{context.settings.name}-{step.value}-' & $run.id & '-' & $attempt"
    return f"{{'kind': '{step.job.value}', 'name': {name}}}"


def _training_job(context: Context) -> Describe:
    artefact = "$states.result.ModelArtifacts.S3ModelArtifacts"
    stopped = _stopped("training", "SecondaryStatus")
    return Describe(
        action="describeTrainingJob",
        parameters={"TrainingJobName": query("$job.name")},
        resource=context.sagemaker_arn(f"training-job/{context.settings.name}-*"),
        described={"status": "$states.result.TrainingJobStatus", "error": ERROR},
        done=DONE,
        failed=FAILED,
        assign={
            "reason": first("FailureReason", otherwise=stopped),
            "model_data": f"$exists({artefact}) ? {artefact} : ''",
        },
    )


def _processing_job(context: Context, job: str) -> Describe:
    jobs = context.sagemaker_arn(f"processing-job/{context.settings.name}-*")
    return describe_processing(job, name="$job.name", resource=jobs)


def describe_processing(job: str, *, name: str, resource: str) -> Describe:
    """`job` is its name in a reason: processing or evaluation; `name` is JSONata."""
    # The exit message is the script's own error; an error of AWS is appended to it.
    failure = "$states.result.FailureReason"
    is_of_aws = f"{failure} and {ERROR} != '{ALGORITHM_ERROR}'"
    with_message = f"$states.result.ExitMessage & ({is_of_aws} ? ' (' & {failure} & ')' : '')"
    without_message = first("FailureReason", otherwise=_stopped(job))
    return Describe(
        action="describeProcessingJob",
        parameters={"ProcessingJobName": query(name)},
        resource=resource,
        described={"status": "$states.result.ProcessingJobStatus", "error": ERROR},
        done=DONE,
        failed=FAILED,
        assign={"reason": f"$states.result.ExitMessage ? {with_message} : ({without_message})"},
    )


def _stopped(job: str, detail: str = "") -> str:
    """JSONata for the reason of a job that ended as Stopped, with the field `detail` of the result,
    such as MaxRuntimeExceeded."""
    text = f"'the {job} job was stopped'"
    if not detail:
        return text
    value = f"$states.result.{detail}"
    return f"{text} & ({value} in ['Stopped', 'Stopping'] ? '' : ': ' & {value})"
