"""Rows with their predictions, as CSV or JSON Lines by the name of the file."""

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import IO

from reviews.client.endpoint.predictions import (
    NO_ANSWER,
    NO_TEXT,
    Predicted,
    distinct,
    free_names,
)
from reviews.client.errors import InvalidArgument
from reviews.client.files.csv_rows import CsvRows
from reviews.client.files.targets import check_target, replacing

_COUNTED = {NO_TEXT: "without_text", NO_ANSWER: "without_answer"}
Write = Callable[[Predicted], object]


def check(out: Path, *, source: Path | None) -> None:
    """Raises InvalidArgument where no such file can be written."""
    if out.suffix.lower() not in _FORMATS:
        allowed = ", ".join(_FORMATS)
        raise InvalidArgument(f"{out}: its name has to end in one of {allowed}")
    check_target(out, source=source)


def write(out: Path, header: Sequence[str], rows: Iterable[Predicted]) -> dict[str, int]:
    """How many rows have a prediction, and how many have none: without a text, or an answer.

    The file is there once it is whole.
    """
    counts = {"predicted": 0, "without_text": 0}
    with replacing(out) as target:
        add = _FORMATS[out.suffix.lower()](target, [*header, *free_names(header)])
        for predicted in rows:
            add(predicted)
            name = "predicted" if predicted.prediction else _COUNTED[predicted.missing]
            counts[name] = counts.get(name, 0) + 1
    return counts


def _csv(target: IO[str], header: Sequence[str]) -> Write:
    rows = CsvRows(target)
    rows.add(header)
    return lambda predicted: rows.add(predicted.row)


def _json_lines(target: IO[str], header: Sequence[str]) -> Write:
    names = distinct(header)

    def add(predicted: Predicted) -> None:
        row = dict(zip(names, predicted.row, strict=True))
        target.write(f"{json.dumps(row, ensure_ascii=False)}\n")

    return add


_FORMATS: Mapping[str, Callable[[IO[str], Sequence[str]], Write]] = {
    ".csv": _csv,
    ".jsonl": _json_lines,
    ".ndjson": _json_lines,
}
