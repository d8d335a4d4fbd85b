"""Process, train and evaluate: the steps that start a SageMaker job and wait for its end."""

from contract import states as names
from contract.steps import Step
from infra.jsonata import first, query
from infra.states import Describe, Fragment
from infra.steps.context import Context


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
    """JSONata of the job of this attempt: its kind, and its name as in lambdas/shared/run.py."""
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
        look={"status": "$states.result.TrainingJobStatus"},
        done="$look.status = 'Completed'",
        failed="$look.status in ['Failed', 'Stopped']",
        keep={
            "reason": first("FailureReason", otherwise=stopped),
            "model_data": f"$exists({artefact}) ? {artefact} : ''",
        },
    )


def _processing_job(context: Context, job: str) -> Describe:
    """`job` is what a reason calls it: processing or evaluation."""
    # The exit message is the script's own error; where AWS failed, its reason stands beside it.
    failed = "$states.result.FailureReason"
    beside = f"{failed} and $not($contains({failed}, 'AlgorithmError'))"
    with_message = f"$states.result.ExitMessage & ({beside} ? ' (' & {failed} & ')' : '')"
    without_message = first("FailureReason", otherwise=_stopped(job))
    return Describe(
        action="describeProcessingJob",
        parameters={"ProcessingJobName": query("$job.name")},
        resource=context.sagemaker_arn(f"processing-job/{context.settings.name}-*"),
        look={"status": "$states.result.ProcessingJobStatus"},
        done="$look.status = 'Completed'",
        failed="$look.status in ['Failed', 'Stopped']",
        keep={"reason": f"$states.result.ExitMessage ? {with_message} : ({without_message})"},
    )


def _stopped(job: str, detail: str = "") -> str:
    """JSONata of the reason of a job that ended as Stopped, with the field `detail` of the result,
    such as MaxRuntimeExceeded."""
    text = f"'the {job} job was stopped'"
    if not detail:
        return text
    value = f"$states.result.{detail}"
    return f"{text} & ({value} in ['Stopped', 'Stopping'] ? '' : ': ' & {value})"
