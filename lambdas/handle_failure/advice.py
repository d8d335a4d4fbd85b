"""Whether a redrive of a failed execution can help, or only a new run.

docs/operations.md advises the same, row by row; tests/lambdas/test_advice.py compares both.

Where Step Functions or SageMaker gives a name or a status, that decides. SageMaker has neither for
what a script reports: botocore's models have ExitMessage, "an optional string", and FailureReason,
"the reason it failed". There the text decides.
"""

import re
from typing import NamedTuple

from contract.advice import NEW_RUN, REDRIVE
from contract.execution_input import InvalidInput
from contract.job_errors import CAPACITY_ERROR, INTERNAL_SERVER_ERROR, STOPPED
from contract.steps import Step
from shared.jobs import NameTaken

# The errors of functions that depend on the execution's input or name, which a redrive keeps.
_ERRORS_OF_THE_INPUT = (InvalidInput.__name__, NameTaken.__name__)
_ERRORS_OF_AWS = (CAPACITY_ERROR, INTERNAL_SERVER_ERROR)


class Text(NamedTuple):
    """A regular expression for a reason, and the file or program that writes the text."""

    pattern: str
    source: str


# A redrive keeps the instances, the hyperparameters and the results of earlier steps, so these
# reasons would come again.
PERMANENT = (
    Text("No space left", "os.strerror(ENOSPC) of Linux"),
    Text("bytes left", "ml_code/training/checkpoints.py"),
    Text("OutOfMemory", "sagemaker_training/process.py"),
    Text("memory is used up", "ml_code/training/process_group.py"),
    Text("worker processes was killed", "ml_code/preparing/worker_pool.py"),
    Text(": cannot be read", "ml_code/common/feature_files.py"),
    Text(": cannot be loaded", "ml_code/serving/engines.py"),
    Text(": cannot be unpacked", "ml_code/evaluating/model_archive.py"),
    Text("no model.tar.gz in it", "ml_code/evaluating/model_archive.py"),
    Text("the row is cut off", "ml_code/common/rows.py"),
    Text("no rows in any", "ml_code/common/rows.py"),
    Text("within the limit of", "lambdas/end_tuning/handler.py"),
    Text("^(AlgorithmError: )?token id", "ml_code/training/base_model.py"),
    Text("^(AlgorithmError: )?a row has", "ml_code/training/base_model.py"),
    Text("^(AlgorithmError: )?argument error", "ml_code/common/arguments.py"),
    Text("^(AlgorithmError: )?--", "ml_code/preprocess.py"),
)
# Every other message of preprocess.py is about the file or the input, which a redrive keeps, too.
# These are not.
TRANSIENT_IN_PROCESS = (
    Text(r"^\w*(Error|Exception)\b", "ml_code/common/script.py"),  # the type of an exception
    Text("^feature group", "ml_code/preparing/ingestion.py"),
    Text("^base model", "ml_code/common/hub.py"),
    Text("pip could not install", "ml_code/common/requirements.py"),
)


def advice(step: Step, error: str, reason: str, *, status: str = "", job_error: str = "") -> str:
    """REDRIVE or NEW_RUN.

    `error` is the name of a state's error; it is empty where a job failed or a model was rejected.
    `status` and `job_error` are those of the job, and empty where there is none.
    """
    if error:
        return NEW_RUN if error in _ERRORS_OF_THE_INPUT else REDRIVE
    if step is Step.GATE:  # it would check the same model on the same reviews
        return NEW_RUN
    if step.job is None or status == STOPPED or job_error in _ERRORS_OF_AWS:
        return REDRIVE
    if _matches(PERMANENT, reason):
        return NEW_RUN
    if step is Step.PROCESS and not _matches(TRANSIENT_IN_PROCESS, reason):
        return NEW_RUN
    return REDRIVE


def _matches(texts: tuple[Text, ...], reason: str) -> bool:
    return any(re.search(text.pattern, reason) for text in texts)
