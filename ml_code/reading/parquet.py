"""Parquet, by pyarrow, a batch of rows at a time."""

import json
import shutil
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from .errors import FileError
from .kinds import opened
from .tables import Batch, CheckedColumn, NotText

# Of dates, times and texts beyond Python's; an unknown time zone is a KeyError.
_UNREADABLE = (OverflowError, ValueError, KeyError)
_BATCH_ROWS = 5_000  # pyarrow holds them in memory beside our own copy


class Parquet:
    """A file of Apache Parquet. Values of other types are given as Python writes them."""

    unit = "row"

    def __init__(self, path: Path) -> None:
        self._path, self._bytes = path, path.stat().st_size
        with self._file() as file:
            self._header = list(file.schema_arrow.names)

    @property
    def header(self) -> list[str]:
        return self._header

    def read(self, names: Sequence[str], checked: CheckedColumn | None = None) -> Iterator[Batch]:  # noqa: ARG002 - a row of Parquet is always one row
        """Nulls are given as empty texts."""
        present = list(dict.fromkeys(name for name in names if name in self._header))
        with self._file() as file:
            total, done = file.metadata.num_rows, 0
            for part in file.iter_batches(batch_size=_BATCH_ROWS, columns=present):
                columns = {name: _texts(part.column(at)) for at, name in enumerate(present)}
                absent = ("",) * part.num_rows
                done += part.num_rows
                yield Batch(
                    lines=range(done - part.num_rows + 1, done + 1),
                    columns=[columns.get(name, absent) for name in names],
                    faults=(),
                    position=self._bytes * done // total,
                )

    @contextmanager
    def _file(self) -> Iterator[Any]:
        import pyarrow
        from pyarrow.parquet import ParquetFile

        with opened(self._path) as (content, raw), tempfile.TemporaryFile() as unpacked:
            if content is not raw:  # Parquet is read from its end, and gzip cannot seek
                shutil.copyfileobj(content, unpacked)
            try:
                with ParquetFile(raw if content is raw else unpacked) as file:
                    yield file
            except (pyarrow.ArrowException, OSError, ValueError, KeyError) as error:
                reason = " ".join(str(error).split())[:200]
                raise FileError(self._path, f"not a readable Parquet file: {reason}") from error


def _texts(column: Any) -> list[str]:
    return ["" if value is None else _text(value) for value in _values(column)]


def _values(column: Any) -> list[Any]:
    try:
        values: list[Any] = column.to_pylist()
    except _UNREADABLE:
        return [_value(scalar) for scalar in column]
    return values


def _value(scalar: Any) -> Any:
    """What Python cannot represent, such as a date in the year 20000, is the number in the file."""
    try:
        return scalar.as_py()
    except UnicodeDecodeError:
        return scalar.as_buffer().to_pybytes()
    except _UNREADABLE:
        return getattr(scalar, "value", NotText(f"<{scalar.type}>"))


def _text(value: Any) -> str:
    if isinstance(value, str):
        return value
    if isinstance(value, bytes):
        return _decoded(value)
    if isinstance(value, dict | list):
        return NotText(json.dumps(value, ensure_ascii=False, default=str))
    return str(value)


def _decoded(value: bytes) -> str:
    try:
        return value.decode("utf-8")
    except UnicodeDecodeError:
        return NotText(value.decode("utf-8", "replace"))
