"""JSON Lines: an object a line, whose keys are the columns (https://jsonlines.org)."""

import json
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import chain, islice
from pathlib import Path
from typing import Any

from . import json_documents
from .commands import Filter
from .decoding import Decoder
from .kinds import file_error, opened
from .nested import field_names, field_of, lacks
from .tables import BATCH_ROWS, Batch, CheckedColumn, Fault, NotText

_HEADER_LINES = 1000
_SURROGATE = re.compile("[\ud800-\udfff]")  # JSON can write half a character
NO_OBJECT = "no JSON object"
Row = dict[str, Any]


class JsonLines:
    """A file of JSON Lines. Its header has the keys of the first 1,000 objects, or with `whole`
    those of all; where these lack a `wanted` column, the fields of objects by names with dots."""

    unit = "line"

    def __init__(self, path: Path, wanted: Sequence[str] = (), *, whole: bool = False) -> None:
        self._path, self._most = path, None if whole else _HEADER_LINES
        self._header = self._names(dict.keys)
        self._check_form(wanted)
        if lacks(self._header, wanted):
            self._header = self._names(field_names)

    @property
    def header(self) -> list[str]:
        return self._header

    def read(self, names: Sequence[str], checked: CheckedColumn | None = None) -> Iterator[Batch]:  # noqa: ARG002 - a line of JSON is always one row
        """Yields the columns in batches. Values other than texts are given as JSON; null and
        missing keys as an empty text."""
        lines = self._lines()
        while some := list(islice(lines, BATCH_ROWS)):
            numbers, rows, faults = [], [], []
            for number, line, _ in some:
                row = _parsed(line)
                if row is None:
                    faults.append(Fault(number, NO_OBJECT))
                else:
                    numbers.append(number)
                    rows.append(row)
            columns = [[_text(field_of(row, name)) for row in rows] for name in names]
            yield Batch(lines=numbers, columns=columns, faults=faults, position=some[-1][2])

    def _names(self, names_of: Callable[[Row], Iterable[str]]) -> list[str]:
        """The names in the objects of the header, each once."""
        found: dict[str, None] = {}
        for _, line, _ in islice(self._lines(), self._most):
            found.update(dict.fromkeys(names_of(_parsed(line) or {})))
        return list(found)

    def _check_form(self, wanted: Sequence[str]) -> None:
        """Raises FileError for a file that is one JSON document, or has no object in a line."""
        first = [_parsed(line) or {} for _, line, _ in islice(self._lines(), 2)]
        document = json_documents.described(first[0], wanted) if len(first) == 1 else None
        if document is not None:
            raise file_error(self._path, *document)
        if not self._header:
            raise file_error(
                self._path,
                "begins like JSON, but has no JSON object in a line of its own; write a line for "
                "each review",
                Filter(("jq -c .",), ".jsonl"),
            )

    def _lines(self) -> Iterator[tuple[int, str, int]]:
        """(number, line, position in the file) of each line that is not blank."""
        with opened(self._path) as (content, raw):
            lines = chain.from_iterable(
                ((line, raw.tell()) for line in lines)
                for lines in Decoder(content, self._path).lines()
            )
            for number, (line, position) in enumerate(lines, start=1):
                if line.strip():
                    yield number, line, position


def _parsed(line: str) -> Row | None:
    """The object in a line. None: no object.

    A comma after it, as in a JSON array, is ignored, and so is a byte order mark, which begins the
    second of two files that were joined. A tab within a string need not be escaped.
    """
    try:
        row = json.loads(line.lstrip("\ufeff").strip().removesuffix(","), strict=False)
    except (ValueError, RecursionError):
        return None
    return row if isinstance(row, dict) else None


def _text(value: Any) -> str:
    if value is None:
        return ""
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    text = text if text.isascii() else _SURROGATE.sub("\ufffd", text)
    return NotText(text) if isinstance(value, dict | list) else text
