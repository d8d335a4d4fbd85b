"""The bins of a reliability diagram (common.calibration) in a page."""

from collections.abc import Mapping, Sequence
from typing import Any

from common.html_report import table
from common.svg_charts import BinMarks

Bins = Sequence[Mapping[str, Any]]


def bin_marks(bins: Bins, noun: str) -> BinMarks:
    """The marks of the diagram; `noun` is what the bins have, such as reviews."""
    return [
        (part["confidence"], part["accuracy"],
         f"{part['rows']} {noun}: confidence {part['confidence']:.0%}, "
         f"accuracy {part['accuracy']:.0%}")
        for part in bins
    ]  # fmt: skip


def bin_table(bins: Bins, noun: str) -> str:
    """The same as a table, for those who cannot see the diagram."""
    rows = [
        (f"{part['from']:.1f} to {part['to']:.1f}", part["rows"], f"{part['confidence']:.3f}",
         f"{part['accuracy']:.3f}")
        for part in bins
    ]  # fmt: skip
    return table(["confidence", noun, "mean confidence", "accuracy"], rows)
