"""The texts of a request's body, whatever a client sends: texts, or a RequestError that says why.

application/jsonlines   {"features": ["text"]} a line
application/json        {"features": ["text", ...]} or a list of such objects
text/csv                one text a row; `text/csv; header=present` has a header (RFC 4180)
"""

import csv
import io
import json
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from reading.text import review_text

JSON_LINES, JSON, CSV = "application/jsonlines", "application/json", "text/csv"
MAX_BYTES = 6 * 2**20  # SageMaker's own limit for a request to an endpoint
MAX_TEXTS = 2_000
_UTF8 = ("utf-8", "utf8", "us-ascii", "ascii")
_SURROGATE = re.compile(r"[\ud800-\udfff]")  # JSON can write them, no tokenizer reads them
_NO_UTF8 = (
    (b"\x1f\x8b", "gzip"),
    (b"\xff\xfe", "UTF-16"),
    (b"\xfe\xff", "UTF-16"),
    (b"PK\x03\x04", "a zip archive"),
    (b"PAR1", "Parquet"),
)
_SHOWN = 40  # characters of a value that is refused


class RequestError(Exception):
    """A request that cannot be answered; `status_code` is the HTTP status, `message` says why."""

    def __init__(self, status_code: int, message: str) -> None:
        super().__init__(message)
        self.status_code, self.message = status_code, message


@dataclass(frozen=True)
class Texts:
    """All texts of a request, and how many each line, object or row held (0: a single text).

    `is_list` is whether the answer in JSON is a list, as the request was.
    """

    texts: list[str]
    sizes: list[int]
    is_list: bool


def read(body: bytes | str, content_type: str | None) -> Texts:
    """Raises RequestError 400, 413 or 415."""
    # As SageMaker's own containers read a request without a type.
    kind, parameters = _content_type(content_type or JSON)
    if kind not in _READERS:
        raise RequestError(
            415,
            f"content type {content_type!r} is not supported; send {JSON_LINES}, {JSON} or {CSV}",
        )
    if parameters.get("charset", "utf-8") not in _UTF8:
        raise RequestError(415, f"charset {parameters['charset']!r} is not supported; send UTF-8")
    if len(body) > MAX_BYTES:
        raise RequestError(413, f"the body has {len(body)} bytes; at most {MAX_BYTES} are allowed")
    texts = _READERS[kind](_decoded(body).removeprefix("\ufeff"), parameters)
    if not texts.texts:
        raise RequestError(400, "the body holds no text")
    if len(texts.texts) > MAX_TEXTS:
        raise RequestError(
            413, f"the body holds {len(texts.texts)} texts; at most {MAX_TEXTS} are allowed"
        )
    return texts


def _content_type(value: str) -> tuple[str, dict[str, str]]:
    """Type and parameters of the header, all in small letters."""
    kind, *words = (word.strip().lower() for word in value.split(";"))
    pairs = (word.partition("=") for word in words)
    return kind, {name.strip(): text.strip(' "') for name, _, text in pairs}


def _decoded(body: bytes | str) -> str:
    if isinstance(body, str):
        return body
    raw = bytes(body)
    for start, name in _NO_UTF8:
        if raw.startswith(start):
            raise RequestError(400, f"the body is {name}; send UTF-8 that is not compressed")
    if b"\0" in raw:  # UTF-16 without a mark is well-formed UTF-8 as long as it is plain English
        raise RequestError(
            400, f"the body has a NUL at byte {raw.index(0)}, as in UTF-16; send UTF-8"
        )
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError as error:
        raise RequestError(400, f"the body is not UTF-8 at byte {error.start}") from error


def _json_lines(body: str, _parameters: dict[str, str]) -> Texts:
    # split("\n") and not splitlines(): a JSON text may hold U+2028 as it is.
    numbered = [(n, line) for n, line in enumerate(body.split("\n"), 1) if line.strip()]
    groups = [_features(_parsed(line, f"line {n}"), f"line {n}") for n, line in numbered]
    return _gathered(groups, is_list=len(groups) > 1)


def _json(body: str, _parameters: dict[str, str]) -> Texts:
    if not body.strip():
        raise RequestError(400, "the body holds no text")
    value = _parsed(body, "the body")
    items = value if isinstance(value, list) else [value]
    groups = [_features(item, f"item {n}") for n, item in enumerate(items, 1)]
    return _gathered(groups, is_list=isinstance(value, list))


def _csv(body: str, parameters: dict[str, str]) -> Texts:
    csv.field_size_limit(MAX_BYTES)  # a text may be as long as the body
    lines = csv.reader(io.StringIO(body, newline=""), strict=True)
    try:
        rows = [(n, row) for n, row in enumerate(lines, 1) if row]
    except csv.Error as error:
        raise RequestError(400, f"the body is not CSV: row {lines.line_num}: {error}") from error
    if parameters.get("header") == "present":
        rows = rows[1:]
    groups = [_features({"features": [_cell(row, n)]}, f"row {n}") for n, row in rows]
    return _gathered(groups, is_list=len(groups) > 1)


def _cell(row: list[str], number: int) -> str:
    if len(row) > 1:
        raise RequestError(
            400,
            f"row {number} has {len(row)} columns and must have one, the text; "
            'a text with a comma stands in quotes: "lovely, soft"',
        )
    return row[0]


_READERS: dict[str, Callable[[str, dict[str, str]], Texts]] = {
    JSON_LINES: _json_lines,
    "application/x-jsonlines": _json_lines,
    JSON: _json,
    CSV: _csv,
}


def _parsed(text: str, where: str) -> Any:
    try:
        return json.loads(text, object_pairs_hook=_without_repetition)
    except (ValueError, RecursionError) as error:  # the latter when it is nested too deeply
        raise RequestError(400, f"{where} is not JSON: {error}") from error


def _without_repetition(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Of two values under one name Python would keep the last, and drop texts without a word."""
    found = dict(pairs)
    if len(found) < len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise ValueError(f"the name {_shown(twice)} stands twice in an object")
    return found


def _features(item: Any, where: str) -> list[str]:
    """The texts under "features" (one alone may also be a plain string)."""
    features = item.get("features") if isinstance(item, dict) else None
    texts = [features] if isinstance(features, str) else features
    if not isinstance(texts, list) or not texts:
        raise RequestError(400, f'{where} must be like {{"features": ["text"]}}')
    for number, text in enumerate(texts, 1):
        if fault := _fault(text):
            place = where if len(texts) == 1 else f"{where}, text {number}"
            raise RequestError(400, f"{place}: {fault}")
    return texts


def _fault(text: Any) -> str:
    """Why the model cannot be asked about this, if it cannot."""
    if isinstance(text, str) and _SURROGATE.search(text):
        return "features must be Unicode, without lone surrogates"
    # By the rule that chose the reviews for the training: `nan` or a zero-width space is no text.
    if not isinstance(text, str) or not review_text("", text):
        return f"features must be texts that are not empty; {_shown(text)} is no text"
    return ""


def _shown(value: Any) -> str:
    """The value as it stands in JSON, cut where it is long; of what holds others the kind."""
    if isinstance(value, list | dict):
        return "a list" if isinstance(value, list) else "an object"
    text = json.dumps(value)
    return text if len(text) <= _SHOWN else f"{text[:_SHOWN]}..."


def _gathered(groups: Sequence[list[str]], *, is_list: bool) -> Texts:
    sizes = [0 if len(group) == 1 else len(group) for group in groups]
    return Texts([text for group in groups for text in group], sizes, is_list)
