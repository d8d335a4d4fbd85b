"""The names of the state machine's states.

infra/ creates the states, contract/steps.py groups them by step, and reviews/ reads them in the
events of an execution.
"""

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Loop:
    """The states that start a job or a deployment in SageMaker, and describe it until it is done.

    `wait_for_capacity` is empty for a loop that does not start again after a lack of capacity.
    """

    start: str
    wait: str
    describe: str
    is_done: str
    wait_for_capacity: str = ""

    @property
    def names(self) -> tuple[str, ...]:
        """The names in the order in which the states are entered."""
        every = (self.start, self.wait, self.describe, self.is_done, self.wait_for_capacity)
        return tuple(name for name in every if name)


def _loop_of_job(job: str) -> Loop:
    return Loop(
        start=f"Start{job}",
        wait=f"WaitFor{job}",
        describe=f"Describe{job}",
        is_done=f"{job}Done?",
        wait_for_capacity=f"WaitForCapacityOf{job}",
    )


BEGIN = "Begin"
PREPARE = "Prepare"
START_AT = "StartAt?"
COPY_MODEL = "CopyModel"  # only where the settings name an environment whose models are promoted

PROCESSING = _loop_of_job("Processing")

BEGIN_FEATURES = "BeginFeatures"
CHECK_FEATURES = "CheckFeatures"
FEATURES_READY = "FeaturesReady?"
WAIT_FOR_FEATURES = "WaitForFeatures"

IS_TUNING = "Tunes?"
TUNING = Loop(
    start="StartTuning",
    wait="WaitForTuning",
    describe="DescribeTuning",
    is_done="TuningDone?",
)
END_TUNING = "EndTuning"
BEST_FOUND = "BestFound?"
TRAINING = _loop_of_job("Training")
EVALUATION = _loop_of_job("Evaluation")

CHECK_GATE = "CheckGate"
REGISTER_MODEL = "RegisterModel"
APPROVED = "Approved?"
ASK_APPROVAL = "AskApproval"
RECORD_ANSWER = "RecordAnswer"
ANSWER = "Answer?"

ENDPOINT = Loop(
    start="DeployEndpoint",
    wait="WaitForEndpoint",
    describe="DescribeEndpoint",
    is_done="EndpointDone?",
)
SCALE_ENDPOINT = "ScaleEndpoint"

SMOKE_TEST = "SmokeTest"
NOTIFY_SUCCESS = "NotifySuccess"
SUCCEEDED = "Succeeded"

# Of the state machine that scores a file in batch.
BEGIN_SCORING = "BeginScoring"
TRANSFORM = _loop_of_job("Transform")
END_SCORING = "EndScoring"
SCORED = "Scored"
HANDLE_SCORING_FAILURE = "HandleScoringFailure"

# Of the state machine that compares requests with the baseline of the training.
BEGIN_DRIFT = "BeginDrift"
COMPARISON = _loop_of_job("Comparison")
END_DRIFT = "EndDrift"
COMPARED = "Compared"
HANDLE_DRIFT_FAILURE = "HandleDriftFailure"

HANDLE_FAILURE = "HandleFailure"
RESUME = "Resume?"
