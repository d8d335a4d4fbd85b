"""Parquet, by pyarrow, a batch of rows at a time."""

import json
import shutil
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from .errors import FileError
from .kinds import opened
from .nested import lacks
from .tables import Batch, CheckedColumn, NotText

# Of dates, times and texts beyond Python's; an unknown time zone is a KeyError.
_UNREADABLE = (OverflowError, ValueError, KeyError)
_BATCH_ROWS = 5_000  # pyarrow holds them in memory beside our own copy


class Parquet:
    """A file of Apache Parquet. Values of other types are given as Python writes them.

    Where its columns lack a `wanted` one, its header has the fields of structs by names with dots.
    """

    unit = "row"

    def __init__(self, path: Path, wanted: Sequence[str] = ()) -> None:
        self._path, self._bytes = path, path.stat().st_size
        with self._file() as file:
            fields = list(file.schema_arrow)
        self._header = [field.name for field in fields]
        self._inside: dict[str, Sequence[str]] = {}  # name → the names that lead to the field
        if lacks(self._header, wanted):
            paths = list(_paths(fields))
            self._header = list(map(".".join, paths))
            self._inside = {".".join(path): path for path in paths if len(path) > 1}

    @property
    def header(self) -> list[str]:
        return self._header

    def read(self, names: Sequence[str], checked: CheckedColumn | None = None) -> Iterator[Batch]:  # noqa: ARG002 - a row of Parquet is always one row
        """Nulls are given as empty texts."""
        present = list(dict.fromkeys(name for name in names if name in self._header))
        with self._file() as file:
            total, done = file.metadata.num_rows, 0
            for part in file.iter_batches(batch_size=_BATCH_ROWS, columns=present):
                columns = {name: _texts(self._column(part, name)) for name in present}
                absent = ("",) * part.num_rows
                done += part.num_rows
                yield Batch(
                    lines=range(done - part.num_rows + 1, done + 1),
                    columns=[columns.get(name, absent) for name in names],
                    faults=(),
                    position=self._bytes * done // total,
                )

    def _column(self, part: Any, name: str) -> Any:
        """By its name: pyarrow gives all columns of a repeated name, in the order of the file."""
        from pyarrow.compute import struct_field

        first, *fields = self._inside.get(name, (name,))
        column = part.column(part.schema.names.index(first))
        return struct_field(column, fields) if fields else column

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


def _paths(fields: Iterable[Any]) -> Iterator[tuple[str, ...]]:
    """The names that lead to each column; in place of a struct, to each of its fields."""
    from pyarrow.types import is_struct

    for field in fields:
        if is_struct(field.type) and field.type.num_fields:
            yield from ((field.name, *path) for path in _paths(field.type))
        else:
            yield (field.name,)


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
