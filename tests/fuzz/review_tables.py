"""The same rows in a file of each format that is read."""

import csv
import gzip
import io
import json
from collections.abc import Callable, Sequence

import pyarrow
from pyarrow import parquet

Rows = Sequence[Sequence[str]]
Written = Callable[[Sequence[str], Rows], bytes]


def _delimited(delimiter: str, encoding: str = "utf-8", line_end: str = "\r\n") -> Written:
    def write(header: Sequence[str], rows: Rows) -> bytes:
        out = io.StringIO()
        # Python before 3.13 leaves a carriage return without quotes where it ends no line.
        has_return = any("\r" in cell for row in rows for cell in row)
        csv.writer(
            out,
            delimiter=delimiter,
            lineterminator=line_end,
            quoting=csv.QUOTE_ALL if has_return else csv.QUOTE_MINIMAL,
        ).writerows([header, *rows])
        return out.getvalue().encode(encoding)

    return write


def _json_lines(header: Sequence[str], rows: Rows) -> bytes:
    lines = (json.dumps(dict(zip(header, row, strict=True))) for row in rows)
    return "".join(f"{line}\n" for line in lines).encode()


def _parquet(header: Sequence[str], rows: Rows) -> bytes:
    columns = zip(*rows, strict=True) if rows else ([] for _ in header)
    arrays = [pyarrow.array(list(column), pyarrow.string()) for column in columns]
    out = io.BytesIO()
    parquet.write_table(pyarrow.table(arrays, names=list(header)), out)
    return out.getvalue()


def _packed(write: Written) -> Written:
    return lambda header, rows: gzip.compress(write(header, rows), compresslevel=1)


_PLAIN = {
    "commas": _delimited(","),
    "tabs": _delimited("\t"),
    "semicolons": _delimited(";"),
    "pipes": _delimited("|"),
    "unix lines": _delimited(",", line_end="\n"),
    "mark": _delimited(",", encoding="utf-8-sig"),
    "UTF-16": _delimited(";", encoding="utf-16"),
    "JSON Lines": _json_lines,
    "Parquet": _parquet,
}
FORMATS = {**_PLAIN, **{f"{name}, gzip": _packed(write) for name, write in _PLAIN.items()}}
