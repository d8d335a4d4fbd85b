"""Patterns of times and texts, which are Java's in Trino and C's in DuckDB."""

import re

from sqlglot import exp
from sqlglot.time import format_time

from localcloud.athena.statements import FailedQuery
from localcloud.athena.substitution import substitute

_SPECIFIER = re.compile(r"%(?:%|(?:(\d+)\$)?([-#+ 0,(]*\d*(?:\.\d+)?)([a-zA-Z]))")
# Joda's letters, https://www.joda.org/joda-time/apidocs/org/joda/time/format/DateTimeFormat.html
_JODA = {
    "yyyy": "%Y",
    "YYYY": "%Y",
    "yy": "%y",
    "y": "%Y",
    "MMMM": "%B",
    "MMM": "%b",
    "MM": "%m",
    "M": "%-m",
    "dd": "%d",
    "d": "%-d",
    "DDD": "%j",
    "D": "%-j",
    "EEEE": "%A",
    "EEE": "%a",
    "E": "%a",
    "HH": "%H",
    "H": "%-H",
    "hh": "%I",
    "h": "%-I",
    "mm": "%M",
    "m": "%-M",
    "ss": "%S",
    "s": "%-S",
    "SSS": "%g",
    "a": "%p",
    "'T'": "T",
    "'Z'": "Z",
    "''": "'",
}


def translate_datetime(name: str, value: exp.Expr, pattern: exp.Expr) -> exp.Expr:
    """format_datetime or parse_datetime, by its `name`. Raises FailedQuery."""
    if not isinstance(pattern, exp.Literal):
        raise FailedQuery(f"NOT_SUPPORTED: {name} needs a literal pattern in the embedded AWS")
    body = "strftime(t, p)" if name == "format_datetime" else "timezone('UTC', strptime(t, p))"
    return substitute(body, {"t": value, "p": exp.Literal.string(format_time(pattern.name, _JODA))})


def translate_format(node: exp.Format) -> exp.Expr:
    """Java's format as C's, which lacks argument indexes, and %s and %b of any type. Raises
    FailedQuery."""
    text, values = node.this, list(node.expressions)
    if not isinstance(text, exp.Literal):
        return _printf(text.copy(), *(value.copy() for value in values))
    taken: list[exp.Expr] = []
    ordinary = iter(range(len(values)))

    def specifier(found: re.Match[str]) -> str:
        place, flags, letter = found.groups()
        if not letter:
            return found[0]
        index = int(place) - 1 if place else next(ordinary, len(values))
        if index >= len(values):
            raise FailedQuery(f"INVALID_FUNCTION_ARGUMENT: Format specifier '{found[0]}'")
        value = values[index].copy()
        taken.append(exp.cast(value, "text") if letter in "sb" else value)
        return f"%{flags}{'s' if letter in 'sb' else letter}"

    plain = exp.Literal.string(_SPECIFIER.sub(specifier, text.name))
    return _printf(plain, *taken)


def _printf(*arguments: exp.Expr) -> exp.Expr:
    return exp.Anonymous(this="printf", expressions=list(arguments))
