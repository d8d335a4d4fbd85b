"""The advice after a failure is that of docs/operations.md, where every step has a table."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

PAGE = Path(__file__).resolve().parents[2] / "docs" / "operations.md"
STEPS = ("Prepare", "Processing", "Features", "Training", "Evaluation", "Gate", "Endpoint")
# Of the fields of a table's row.
_QUOTED = re.compile(r"`([^`]+)`")
_ERROR = re.compile(r"^`([A-Z][\w.]+)`[:,]")


class Row(NamedTuple):
    step: str
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
            yield Row(step, error[1] if error else "", text, helps)


ROWS = list(_rows())


@pytest.mark.parametrize("row", ROWS, ids=lambda row: f"{row.step}: {row.reason}"[:60])
def test_the_advice_is_that_of_the_documentation(load, row: Row) -> None:
    advice = load("handle_failure", "advice")
    assert advice.advice(row.step, row.error, row.reason) == (
        advice.REDRIVE if row.helps else advice.NEW_RUN
    )


def test_most_rows_of_the_documentation_are_held() -> None:
    assert len(ROWS) >= 40
    assert {row.step for row in ROWS} == set(STEPS)


@pytest.mark.parametrize(
    ("step", "reason", "helps"),
    [
        # As SageMaker writes the reasons of training jobs.
        ("Training", "AlgorithmError: token id 9 is outside the base model's, exit code: 1", False),
        ("Training", "AlgorithmError: ExecuteUserScriptError: OutOfMemory: Process killed", False),
        ("Training", "InternalServerError: We encountered an internal error", True),
        ("Training", "CapacityError: Unable to provision requested ML compute capacity", True),
        ("Training", "AlgorithmError: ConnectionError: the hub", True),
        ("Training", "the training job was stopped: MaxRuntimeExceeded", True),
        ("Evaluation", "test: no rows in any .csv or .parquet file", False),
        ("Evaluation", "RuntimeError: engine", True),
        ("Processing", "InternalServerError: We encountered an internal error", True),
        ("Processing", "base model 'x' cannot be had from the model hub; give a name", True),
        ("Endpoint", "the container cannot be loaded: cannot be read", True),
    ],
)
def test_a_reason_that_lasts_needs_a_new_run(load, step: str, reason: str, helps: bool) -> None:
    advice = load("handle_failure", "advice")
    assert (advice.advice(step, "", reason) == advice.REDRIVE) is helps
