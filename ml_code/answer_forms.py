"""The forms of an answer, and which of them a client prefers."""

import csv
import io
import json
from collections.abc import Callable
from typing import Any

from request_texts import CSV, JSON, JSON_LINES, RequestError

Prediction = dict[str, Any]
Answer = Prediction | list[Prediction]
FORMS = (JSON, JSON_LINES, CSV)  # in the order in which a wildcard takes them
_OTHER_NAMES = {"application/x-jsonlines": JSON_LINES, "*": "*/*"}


def preferred(accept: str | None) -> str:
    """The form with the highest q (RFC 9110, 12.5.1); RequestError 406 when there is none."""
    wanted = [_entry(part) for part in (accept or "*/*").split(",") if part.strip()]
    refused = {kind for kind, weight in wanted if weight == 0}
    for kind, weight in sorted(wanted, key=lambda entry: -entry[1]):
        for form in FORMS:
            if weight > 0 and form not in refused and _covers(kind, form):
                return form
    raise RequestError(406, f"{accept!r} cannot be produced; accept {', '.join(FORMS)}")


def _entry(part: str) -> tuple[str, float]:
    """(media type, q) of one entry; a q that is no number counts as 1."""
    kind, *parameters = (word.strip().lower() for word in part.split(";"))
    weight = 1.0
    for parameter in parameters:
        name, _, value = parameter.partition("=")
        if name.strip() == "q":
            try:
                weight = float(value)
            except ValueError:
                weight = 1.0
    return _OTHER_NAMES.get(kind, kind), weight


def _covers(kind: str, form: str) -> bool:
    return kind in ("*/*", form) or (kind.endswith("/*") and form.startswith(kind[:-1]))


def written(answers: list[Answer], form: str, *, is_list: bool) -> str:
    """The body of an answer in one of FORMS."""
    writers: dict[str, Callable[[], str]] = {
        JSON: lambda: json.dumps(answers if is_list else answers[0]),
        JSON_LINES: lambda: "".join(json.dumps(answer) + "\n" for answer in answers),
        CSV: lambda: _csv_lines(answers),
    }
    return writers[form]()


def _csv_lines(answers: list[Answer]) -> str:
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    for answer in answers:
        for item in answer if isinstance(answer, list) else [answer]:
            writer.writerow([item["label"], item.get("sentiment"), item["probability"]])
    return out.getvalue()
