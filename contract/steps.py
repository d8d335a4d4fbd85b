"""The steps of an execution: one vocabulary for states, errors, commands, console and docs."""

from collections.abc import Mapping
from enum import Enum

from contract import states


class JobKind(Enum):
    """The kinds of SageMaker jobs of executions; the value is used in their variables."""

    TUNING = "hyper-parameter-tuning"  # before the training jobs that it starts
    PROCESSING = "processing"
    TRAINING = "training"
    TRANSFORM = "transform"

    @property
    def title(self) -> str:
        """The kind in the names of SageMaker's operations, such as
        CreateHyperParameterTuningJob."""
        return self.value.title().replace("-", "")

    @property
    def in_methods(self) -> str:
        """The kind in the names of boto3's methods, such as create_hyper_parameter_tuning_job."""
        return self.value.replace("-", "_")

    @property
    def log_group(self) -> str:
        """The log group of all jobs of this kind in an account; a tuning job has the logs of its
        training jobs alone:
        https://docs.aws.amazon.com/sagemaker/latest/dg/logging-cloudwatch.html"""
        kind = JobKind.TRAINING if self is JobKind.TUNING else self
        return f"/aws/sagemaker/{kind.title}Jobs"


RUNNING_STATUSES = ("InProgress", "Stopping")  # of a job that has not ended, of any kind


class Step(Enum):
    """The steps in the order in which they run.

    The value is the name of the step in commands, in the names of jobs and in the variables of an
    execution.
    """

    PREPARE = "prepare"
    PROCESS = "process"
    FEATURES = "features"
    TRAIN = "train"
    EVALUATE = "evaluate"
    GATE = "gate"
    DEPLOY = "deploy"
    SMOKE_TEST = "smoke-test"

    @property
    def title(self) -> str:
        """The name for users: Smoke test."""
        return self.value.capitalize().replace("-", " ")

    @property
    def error(self) -> str:
        """The error of an execution that fails in this step, in the form of Step Functions' error
        names: SmokeTest."""
        return self.value.title().replace("-", "")

    @property
    def job(self) -> JobKind | None:
        """The kind of the job that the step starts; None for a step without a job."""
        return _JOBS.get(self)

    @property
    def states(self) -> tuple[str, ...]:
        """The names of its states in the state machine; some exist only with a setting."""
        return _STATES[self]


_JOBS: Mapping[Step, JobKind] = {
    Step.PROCESS: JobKind.PROCESSING,
    Step.TRAIN: JobKind.TRAINING,
    Step.EVALUATE: JobKind.PROCESSING,
}
STEPS_WITH_A_JOB = tuple(_JOBS)
_STATES: Mapping[Step, tuple[str, ...]] = {
    Step.PREPARE: (states.BEGIN, states.PREPARE, states.START_AT, states.COPY_MODEL),
    Step.PROCESS: states.PROCESSING.names,
    Step.FEATURES: (
        states.BEGIN_FEATURES,
        states.CHECK_FEATURES,
        states.FEATURES_READY,
        states.WAIT_FOR_FEATURES,
    ),
    Step.TRAIN: (
        states.IS_TUNING,
        *states.TUNING.names,
        states.END_TUNING,
        states.BEST_FOUND,
        *states.TRAINING.names,
    ),
    Step.EVALUATE: states.EVALUATION.names,
    Step.GATE: (
        states.CHECK_GATE,
        states.REGISTER_MODEL,
        states.APPROVED,
        states.ASK_APPROVAL,
        states.RECORD_ANSWER,
        states.ANSWER,
    ),
    Step.DEPLOY: (*states.ENDPOINT.names, states.SCALE_ENDPOINT),
    Step.SMOKE_TEST: (states.SMOKE_TEST, states.NOTIFY_SUCCESS, states.SUCCEEDED),
}
_STEP_OF_STATE = {name: step for step in Step for name in step.states}


def step_of(state: str) -> Step | None:
    """The step of a state; None for those that handle the errors of all steps (HandleFailure and
    Resume?), and for unknown names."""
    return _STEP_OF_STATE.get(state)


class StartAt(Enum):
    """Where an execution may start after Prepare; the value is that of its input.

    A promotion takes a model that another environment has approved, a rollback one that this
    environment has: neither trains.
    """

    PROCESSING = "processing"
    TRAINING = "training"
    EVALUATION = "evaluation"
    PROMOTION = "promotion"
    ROLLBACK = "rollback"
