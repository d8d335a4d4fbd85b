"""The texts in the body of a request; RequestError says what is wrong with any other body.

application/jsonlines   {"features": ["text"]} in each line
application/json        {"features": ["text", ...]} or a list of such objects
text/csv                one text in each row; `text/csv; header=present` has a header (RFC 4180)
"""

import csv
import io
import json
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from reading.text import review_text
from serving.errors import RequestError

JSON_LINES, JSON, CSV = "application/jsonlines", "application/json", "text/csv"
# https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_runtime_InvokeEndpoint.html
MAX_BYTES = 6 * 2**20
MAX_TEXTS = 2_000
_UTF8 = ("utf-8", "utf8", "us-ascii", "ascii")
_SURROGATE = re.compile(r"[\ud800-\udfff]")  # JSON can contain them, no tokenizer reads them
_OTHER_FORMATS = (
    (b"\x1f\x8b", "gzip"),
    (b"\xff\xfe", "UTF-16"),
    (b"\xfe\xff", "UTF-16"),
    (b"PK\x03\x04", "a zip archive"),
    (b"PAR1", "Parquet"),
)
_SHOWN_CHARACTERS = 40  # of a value in an error


@dataclass(frozen=True)
class ReviewTexts:
    """All texts of a request.

    `sizes` has one number for each line, object or row: how many texts it has in a list, or 0 for
    a single text, whose prediction is no list. `is_list` is whether the response in JSON is a list,
    as the request was.
    """

    texts: list[str]
    sizes: list[int]
    is_list: bool


def parse_request(body: bytes | str, content_type: str | None) -> ReviewTexts:
    """Raises RequestError 400, 413 or 415."""
    # SageMaker's own containers take a request without a type as JSON, too.
    media_type, parameters = _content_type(content_type or JSON)
    if media_type not in _PARSERS:
        raise RequestError(
            415,
            f"content type {_shown(content_type)} is not supported; send {JSON_LINES}, {JSON} or "
            f"{CSV}",
        )
    if parameters.get("charset", "utf-8") not in _UTF8:
        charset = _shown(parameters["charset"])
        raise RequestError(415, f"charset {charset} is not supported; send UTF-8")
    if parameters.get("header", "absent") not in ("absent", "present"):
        header = _shown(parameters["header"])
        raise RequestError(415, f"header {header} is not supported; send present or absent")
    if len(body) > MAX_BYTES:
        raise RequestError(413, f"the body has {len(body)} bytes; at most {MAX_BYTES} are allowed")
    request = _PARSERS[media_type](_decoded(body).lstrip("\ufeff"), parameters)
    if not request.texts:
        raise RequestError(400, "the body holds no text")
    if len(request.texts) > MAX_TEXTS:
        raise RequestError(
            413, f"the body holds {len(request.texts)} texts; at most {MAX_TEXTS} are allowed"
        )
    return request


def _content_type(value: str) -> tuple[str, dict[str, str]]:
    """(media type, parameters) of the header, all in small letters."""
    media_type, *words = (word.strip().lower() for word in value.split(";"))
    pairs = (word.partition("=") for word in words)
    return media_type, {name.strip(): text.strip(' "') for name, _, text in pairs}


def _decoded(body: bytes | str) -> str:
    if isinstance(body, str):
        return body
    raw = bytes(body)
    for start, name in _OTHER_FORMATS:
        if raw.startswith(start):
            raise RequestError(400, f"the body is {name}; send UTF-8 that is not compressed")
    # English in UTF-16 without a byte order mark is well-formed UTF-8 with a NUL in each character.
    if b"\0" in raw:
        raise RequestError(
            400, f"the body has a NUL at byte {raw.index(0)}, as in UTF-16; send UTF-8"
        )
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError as error:
        raise RequestError(400, f"the body is not UTF-8 at byte {error.start}") from error


def _json_lines(body: str, _parameters: dict[str, str]) -> ReviewTexts:
    # split("\n") and not splitlines(): a JSON string may contain U+2028 as it is.
    numbered = [(n, line) for n, line in enumerate(body.split("\n"), 1) if line.strip()]
    groups = [_features(_json_value(line, f"line {n}"), f"line {n}") for n, line in numbered]
    return _joined(groups, is_list=len(groups) > 1)


def _json(body: str, _parameters: dict[str, str]) -> ReviewTexts:
    if not body.strip():
        raise RequestError(400, "the body holds no text")
    value = _json_value(body, "the body")
    items = value if isinstance(value, list) else [value]
    groups = [_features(item, f"item {n}") for n, item in enumerate(items, 1)]
    return _joined(groups, is_list=isinstance(value, list))


def _csv(body: str, parameters: dict[str, str]) -> ReviewTexts:
    csv.field_size_limit(MAX_BYTES)  # a text may be as long as the body
    lines = csv.reader(io.StringIO(body, newline=""), strict=True)
    try:
        rows = [(n, row) for n, row in enumerate(lines, 1) if row]
    except csv.Error as error:
        raise RequestError(400, f"the body is not CSV: line {lines.line_num}: {error}") from error
    if parameters.get("header") == "present":
        rows = rows[1:]
    groups = [_features({"features": [_only_field(row, n)]}, f"row {n}") for n, row in rows]
    return _joined(groups, is_list=len(groups) > 1)


def _only_field(row: list[str], number: int) -> str:
    if len(row) > 1:
        raise RequestError(
            400,
            f"row {number} has {len(row)} columns and must have one, the text; "
            'a text with a comma stands in quotes: "lovely, soft"',
        )
    return row[0]


_PARSERS: dict[str, Callable[[str, dict[str, str]], ReviewTexts]] = {
    JSON_LINES: _json_lines,
    "application/x-jsonlines": _json_lines,
    JSON: _json,
    CSV: _csv,
}


def _json_value(text: str, where: str) -> Any:
    try:
        return json.loads(text, object_pairs_hook=_object)
    except (ValueError, RecursionError) as error:  # the latter when it is nested too deeply
        raise RequestError(400, f"{where} is not JSON: {error}") from error


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Raises ValueError for a repeated name: Python would keep the last value, and lose texts."""
    found: dict[str, Any] = {}
    for name, value in pairs:
        if name in found:
            raise ValueError(f"the name {_shown(name)} stands twice in an object")
        found[name] = value
    return found


def _features(item: Any, where: str) -> list[str]:
    """The texts under "features" (one alone may also be a plain string)."""
    features = item.get("features") if isinstance(item, dict) else None
    texts = [features] if isinstance(features, str) else features
    if not isinstance(texts, list) or not texts:
        raise RequestError(400, f'{where} must be like {{"features": ["text"]}}')
    for number, text in enumerate(texts, 1):
        if fault := _fault(text):
            position = where if len(texts) == 1 else f"{where}, text {number}"
            raise RequestError(400, f"{position}: {fault}")
    return texts


def _fault(text: Any) -> str:
    """Why a value cannot be classified; empty when it can."""
    if isinstance(text, str) and _SURROGATE.search(text):
        return "features must be Unicode, without lone surrogates"
    # The rule of the preparation: `nan` or a zero-width space is no text.
    if not isinstance(text, str) or not review_text("", text):
        return f"features must be texts that are not empty; {_shown(text)} is no text"
    return ""


def _shown(value: Any) -> str:
    """The value in JSON, shortened; of an object or a list the kind."""
    if isinstance(value, list | dict):
        return "a list" if isinstance(value, list) else "an object"
    text = json.dumps(value)
    return text if len(text) <= _SHOWN_CHARACTERS else f"{text[:_SHOWN_CHARACTERS]}..."


def _joined(groups: Sequence[list[str]], *, is_list: bool) -> ReviewTexts:
    sizes = [0 if len(group) == 1 else len(group) for group in groups]
    return ReviewTexts([text for group in groups for text in group], sizes, is_list)
