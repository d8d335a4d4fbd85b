"""Whether a redrive of a failed execution can mend anything, or only a new run.

docs/operations.md says the same to people, row by row; tests/lambdas/test_advice.py holds both
together.
"""

import re

from contract.steps import Step

REDRIVE = "When the reason is mended, a redrive goes on with this step."
# The command line reads these words in an execution's cause (reviews/cli/following.py).
NEW_RUN = "A redrive would end the same way: start a new run with other input or settings."
_OF_THE_INPUT = ("InvalidInput", "NameTaken")  # errors of functions
# A redrive keeps the machines, the hyperparameters and what earlier steps made.
_LASTS = re.compile(
    r"No space left|bytes left|OutOfMemory|memory is used up|worker processes was killed"
    r"|: cannot be (read|loaded|unpacked)|the row is cut off|no model\.tar\.gz|no rows in any"
    r"|^(AlgorithmError: )?(token id|a row has|argument error|--)"
)
# What the preparation's script says of anything but these is about the file or the input, which a
# redrive keeps, too. A crash, and what SageMaker itself says, begin with the error's name.
_NOT_THE_FILE = re.compile(
    r"^\w*(Error|Exception|Interrupted|Throttled|Timedout|ExitError|Unknown)\b"
    r"|^(feature group|base model|wheels|requirements)"
    r"|pip could not install|the processing job was stopped"
)


def advice(step: Step, error: str, reason: str) -> str:
    """REDRIVE or NEW_RUN.

    `error` is the name of a state's error, and empty where a job failed or a model was rejected.
    """
    if error:
        return NEW_RUN if error in _OF_THE_INPUT else REDRIVE
    if step is Step.GATE:  # the same model, on the same reviews
        return NEW_RUN
    if step.job and _LASTS.search(reason):
        return NEW_RUN
    if step is Step.PROCESS and not _NOT_THE_FILE.search(reason):
        return NEW_RUN
    return REDRIVE
