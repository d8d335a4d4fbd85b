"""Process, train and evaluate: the steps that start a SageMaker job and wait for its end."""

from contract import states as names
from contract.job_errors import ALGORITHM_ERROR, STOPPED
from contract.steps import Step
from infra.jsonata import first, query
from infra.states import Describe, Fragment
from infra.steps.context import Context

# The values of TrainingJobStatus and ProcessingJobStatus with which a job ends.
_DONE = "$described.status = 'Completed'"
_FAILED = f"$described.status in ['Failed', '{STOPPED}']"
# The name of the error with which FailureReason begins.
_ERROR = (
    "($exists($states.result.FailureReason)"
    " ? $substringBefore($states.result.FailureReason, ':') : '')"
)


def process(context: Context) -> Fragment:
    states = context.states(Step.PROCESS, entry=names.PROCESSING.start)
    start = states.start(
        names.PROCESSING.start,
        context.functions.start_processing,
        {"request": context.requests.processing},
        job=_job(context, Step.PROCESS),
    )
    return states.loop(names.PROCESSING, start, _processing_job(context, "processing"))


def train(context: Context) -> Fragment:
    states = context.states(Step.TRAIN, entry=names.TRAINING.start)
    start = states.start(
        names.TRAINING.start,
        context.functions.start_training,
        {"request": context.requests.training},
        job=_job(context, Step.TRAIN),
    )
    return states.loop(names.TRAINING, start, _training_job(context))


def evaluate(context: Context) -> Fragment:
    states = context.states(Step.EVALUATE, entry=names.EVALUATION.start)
    start = states.start(
        names.EVALUATION.start,
        context.functions.start_evaluation,
        {"request": context.requests.evaluation, "model_data": query("$model_data")},
        job=_job(context, Step.EVALUATE),
    )
    return states.loop(names.EVALUATION, start, _processing_job(context, "evaluation"))


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
        described={"status": "$states.result.TrainingJobStatus", "error": _ERROR},
        done=_DONE,
        failed=_FAILED,
        assign={
            "reason": first("FailureReason", otherwise=stopped),
            "model_data": f"$exists({artefact}) ? {artefact} : ''",
        },
    )


def _processing_job(context: Context, job: str) -> Describe:
    """`job` is its name in a reason: processing or evaluation."""
    # The exit message is the script's own error; an error of AWS is appended to it.
    failure = "$states.result.FailureReason"
    is_of_aws = f"{failure} and {_ERROR} != '{ALGORITHM_ERROR}'"
    with_message = f"$states.result.ExitMessage & ({is_of_aws} ? ' (' & {failure} & ')' : '')"
    without_message = first("FailureReason", otherwise=_stopped(job))
    return Describe(
        action="describeProcessingJob",
        parameters={"ProcessingJobName": query("$job.name")},
        resource=context.sagemaker_arn(f"processing-job/{context.settings.name}-*"),
        described={"status": "$states.result.ProcessingJobStatus", "error": _ERROR},
        done=_DONE,
        failed=_FAILED,
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
