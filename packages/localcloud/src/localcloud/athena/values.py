"""Formats values and names types as Athena does in results.

Arrays, maps and rows are written as in
https://docs.aws.amazon.com/athena/latest/ug/querying-arrays.html and querying-with-maps there:
`[1, 2]` and `{a=1, b=2}`.
"""

import math
import struct
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, time, timedelta
from decimal import Decimal
from typing import Any

Text = Callable[[Any], str]
# By DuckDB's type, without its parameters.
_TYPES = {
    "list": "array",
    "array": "array",
    "struct": "row",
    "tuple": "row",
    "hugeint": "bigint",
    "uhugeint": "bigint",
    "ubigint": "bigint",
    "uinteger": "bigint",
    "blob": "varbinary",
    "timestamp_ms": "timestamp",
    "timestamp_s": "timestamp",
    "timestamp_ns": "timestamp",
    "uuid": "varchar",
    "enum": "varchar",
    "interval": "interval day to second",
}
_KEPT = (
    *("boolean", "tinyint", "smallint", "integer", "bigint", "float", "double", "decimal"),
    *("varchar", "date", "time", "timestamp", "timestamp with time zone", "map"),
    "json",
)


def type_of(kind: Any) -> str:
    """Athena's name for a type of DuckDB's result."""
    name: str = "json" if str(kind) == "JSON" else kind.id
    return _TYPES.get(name, name if name in _KEPT else "varchar")


def as_texts(rows: Sequence[Sequence[Any]], kinds: Sequence[Any]) -> list[list[str | None]]:
    """Rows as texts; NULL is None."""
    writers = [_float if kind.id == "float" else text_of for kind in kinds]
    return [
        [
            value
            if value is None or type(value) is str
            else str(value)
            if type(value) is int
            else write(value)
            for value, write in zip(row, writers, strict=True)
        ]
        for row in rows
    ]


def text_of(value: Any) -> str:
    if value is None:
        return "null"
    for kind, write in _WRITERS:
        if isinstance(value, kind):
            return write(value)
    return str(value)


def _array(value: list[Any]) -> str:
    return "[{}]".format(", ".join(map(text_of, value)))


def _map(value: dict[Any, Any]) -> str:
    pairs = (f"{text_of(key)}={text_of(inner)}" for key, inner in value.items())
    return "{{{}}}".format(", ".join(pairs))


def _row(value: tuple[Any, ...]) -> str:
    """A row whose fields have no names."""
    return _map({f"field{place}": inner for place, inner in enumerate(value)})


def _time(value: time) -> str:
    return f"{value:%H:%M:%S}.{value.microsecond // 1000:03}"


def _timestamp(value: datetime) -> str:
    zone = ""
    if value.tzinfo:
        value, zone = value.astimezone(UTC), " UTC"
    return f"{value:%Y-%m-%d %H:%M:%S}.{value.microsecond // 1000:03}{zone}"


def _interval(value: timedelta) -> str:
    """Trino's form of an interval of days and seconds: `2 03:00:00.000`."""
    thousandths = abs(value) // timedelta(milliseconds=1)
    seconds, thousandths = divmod(thousandths, 1000)
    minutes, seconds = divmod(seconds, 60)
    hours, minutes = divmod(minutes, 60)
    days, hours = divmod(hours, 24)
    sign = "-" if value < timedelta() else ""
    return f"{sign}{days} {hours:02}:{minutes:02}:{seconds:02}.{thousandths:03}"


def _float(value: Any) -> str:
    """The shortest text of a 32-bit number, which DuckDB returns with 64 bits."""
    if not math.isfinite(value):
        return text_of(value)
    digits = (f"{value:.{places}g}" for places in range(1, 10))
    near = (text for text in digits if struct.pack("f", float(text)) == struct.pack("f", value))
    return text_of(float(next(near)))


def _scientific(value: float, text: str) -> str:
    """Java's form of a double: https://docs.oracle.com/javase/8/docs/api/java/lang/Double.html"""
    if math.isnan(value):
        return "NaN"
    if math.isinf(value):
        return "Infinity" if value > 0 else "-Infinity"
    if value == 0 or 1e-3 <= abs(value) < 1e7:
        return text
    sign, digits, _ = Decimal(text).normalize().as_tuple()
    first, *rest = map(str, digits)
    exponent = Decimal(text).adjusted()
    return f"{'-' * sign}{first}.{''.join(rest) or '0'}E{exponent}"


_WRITERS: tuple[tuple[type, Text], ...] = (
    (bool, lambda value: "true" if value else "false"),
    (float, lambda value: _scientific(value, repr(value))),
    (Decimal, lambda value: f"{value:f}"),
    (datetime, _timestamp),
    (time, _time),
    (timedelta, _interval),
    (bytes, lambda value: value.hex(" ")),
    (list, _array),
    (dict, _map),
    (tuple, _row),
)
