"""The advice after a failure is that of docs/operations.md, where every step has a table."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

from contract.steps import Step

PAGE = Path(__file__).resolve().parents[2] / "docs" / "operations.md"
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


@pytest.mark.parametrize("row", ROWS, ids=lambda row: f"{row.step.title}: {row.reason}"[:60])
def test_the_advice_is_that_of_the_documentation(load, row: Row) -> None:
    advice = load("handle_failure", "advice")
    assert advice.advice(row.step, row.error, row.reason) == (
        advice.REDRIVE if row.helps else advice.NEW_RUN
    )


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
    assert (advice.advice(step, "", reason) == advice.REDRIVE) is helps
