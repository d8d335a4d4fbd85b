"""The advice after a failure is that of docs/operations.md, which has a table for each step."""

import re
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from contract.advice import NEW_RUN, REDRIVE
from contract.job_errors import CAPACITY_ERROR, INTERNAL_SERVER_ERROR, STOPPED
from contract.steps import Step

ROOT = Path(__file__).resolve().parents[2]
PAGE = ROOT / "docs" / "operations.md"
STEPS = {step.title: step for step in Step if step is not Step.SMOKE_TEST}  # its table is no list
# Of the fields of a table's row.
_QUOTED = re.compile(r"`([^`]+)`")
_ERROR = re.compile(r"^`([A-Z][\w.]+)`[:,]")


class Row(NamedTuple):
    step: Step
    error: str
    reason: str
    helps: bool  # a redrive


def _rows() -> Iterator[Row]:
    """The rows that say clearly what to do: one of the two, and not both."""
    step = ""
    for line in PAGE.read_text(encoding="utf-8").splitlines():
        if line.startswith("#"):
            step = line.strip("# ")
        cells = [cell.strip() for cell in line.strip("|").split(" | ")]
        if step not in STEPS or not line.startswith("| ") or len(cells) != 3:
            continue
        says, meaning, do = cells
        helps, begins_anew = "redrive" in do, "start again" in do
        if helps is begins_anew:
            continue
        error = _ERROR.search(meaning)
        for reason in _QUOTED.findall(says):
            text = reason.replace("…", "x").strip()
            yield Row(STEPS[step], error[1] if error else "", text, helps)


ROWS = list(_rows())


def advised(advice: Any, step: Step, error: str, reason: str) -> str:
    """The advice for a reason, with the status and the error of the job that it comes from."""
    status = STOPPED if "job was stopped" in reason else "Failed"
    return str(
        advice.advice(step, error, reason, status=status, job_error=reason.partition(":")[0])
    )


@pytest.mark.parametrize("row", ROWS, ids=lambda row: f"{row.step.title}: {row.reason}"[:60])
def test_the_advice_is_that_of_the_documentation(load, row: Row) -> None:
    advice = load("handle_failure", "advice")
    assert advised(advice, row.step, row.error, row.reason) == (REDRIVE if row.helps else NEW_RUN)


def test_most_rows_of_the_documentation_are_held() -> None:
    assert len(ROWS) >= 40
    assert {row.step for row in ROWS} == set(STEPS.values())


@pytest.mark.parametrize(
    ("step", "reason", "helps"),
    [
        # As SageMaker writes the reasons of training jobs.
        (Step.TRAIN, "AlgorithmError: token id 9 is outside the base model's, exit code: 1", False),
        (Step.TRAIN, "AlgorithmError: ExecuteUserScriptError: OutOfMemory: Process killed", False),
        (Step.TRAIN, "InternalServerError: We encountered an internal error", True),
        (Step.TRAIN, "CapacityError: Unable to provision requested ML compute capacity", True),
        (Step.TRAIN, "AlgorithmError: ConnectionError: the hub", True),
        (Step.TRAIN, "the training job was stopped: MaxRuntimeExceeded", True),
        (Step.EVALUATE, "test: no rows in any .csv or .parquet file", False),
        (Step.EVALUATE, "RuntimeError: engine", True),
        (Step.PROCESS, "InternalServerError: We encountered an internal error", True),
        (Step.PROCESS, "base model 'x' cannot be had from the model hub; give a name", True),
        (Step.DEPLOY, "the container cannot be loaded: cannot be read", True),
    ],
)
def test_a_reason_that_lasts_needs_a_new_run(load, step: Step, reason: str, helps: bool) -> None:
    advice = load("handle_failure", "advice")
    assert (advised(advice, step, "", reason) == REDRIVE) is helps


@pytest.mark.parametrize("step", [Step.PROCESS, Step.TRAIN, Step.EVALUATE])
@pytest.mark.parametrize(
    ("status", "job_error"),
    [(STOPPED, ""), ("Failed", CAPACITY_ERROR), ("Failed", INTERNAL_SERVER_ERROR)],
)
def test_the_status_and_the_error_of_a_job_precede_its_text(
    load, step: Step, status: str, job_error: str
) -> None:
    advice = load("handle_failure", "advice")
    text = "reviews.csv: the file is empty; No space left on device"
    assert advice.advice(step, "", text, status=status, job_error=job_error) == REDRIVE
    assert advice.advice(step, "", text, status="Failed") == NEW_RUN


def test_every_text_of_the_scripts_is_in_their_code(load) -> None:
    advice = load("handle_failure", "advice")
    texts = [*advice.PERMANENT, *advice.TRANSIENT_IN_PROCESS]
    ours = {text.pattern: text.source for text in texts if text.source.startswith("ml_code/")}
    assert len(ours) > 10
    for pattern, source in ours.items():
        words = pattern.removeprefix("^(AlgorithmError: )?").lstrip("^")
        code = (ROOT / source).read_text(encoding="utf-8").replace("{_ARCHIVE}", "model.tar.gz")
        assert words in code or source == "ml_code/common/script.py", (pattern, source)


def test_the_text_of_the_training_toolkit_is_in_its_code(load) -> None:
    advice = load("handle_failure", "advice")
    (text,) = [text for text in advice.PERMANENT if text.source == "sagemaker_training/process.py"]
    spec = find_spec("sagemaker_training")
    assert spec is not None
    assert spec.origin is not None
    assert text.pattern in Path(spec.origin).with_name("process.py").read_text(encoding="utf-8")
