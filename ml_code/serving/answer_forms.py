"""The forms of an answer, and which of them a client prefers."""

import csv
import io
import json
from collections.abc import Callable
from typing import Any

from serving.request_texts import CSV, JSON, JSON_LINES, RequestError

Prediction = dict[str, Any]
Answer = Prediction | list[Prediction]
FORMS = (JSON, JSON_LINES, CSV)  # in the order in which a wildcard takes them
_OTHER_NAMES = {"application/x-jsonlines": JSON_LINES, "*": "*/*"}


def preferred(accept: str | None) -> str:
    """The form with the highest q (RFC 9110, 12.5.1); RequestError 406 when there is none.

    Of the entries that cover a form the most specific one has its q. Among forms of the same q
    the one that the client names first counts.
    """
    wanted = [_entry(part) for part in (accept or "").split(",") if part.strip()] or [("*/*", 1.0)]
    ranked = [(*_rank(form, wanted), form) for form in FORMS]
    weight, _, form = max(ranked, key=lambda rank: rank[:2])
    if weight > 0:
        return form
    raise RequestError(406, f"{accept!r} cannot be produced; accept {', '.join(FORMS)}")


def _rank(form: str, wanted: list[tuple[str, float]]) -> tuple[float, int]:
    """(q, how early it is named) of a form."""
    for kind in (form, f"{form.partition('/')[0]}/*", "*/*"):
        weights = [(weight, -at) for at, (name, weight) in enumerate(wanted) if name == kind]
        if weights:
            return max(weights)
    return 0.0, 0


def _entry(part: str) -> tuple[str, float]:
    """(media type, q) of one entry; a q that is no number from 0 to 1 counts as 1."""
    kind, *parameters = (word.strip().lower() for word in part.split(";"))
    weight = 1.0
    for parameter in parameters:
        name, _, value = parameter.partition("=")
        if name.strip() == "q":
            try:
                weight = float(value)
            except ValueError:
                weight = 1.0
    return _OTHER_NAMES.get(kind, kind), weight if 0 <= weight <= 1 else 1.0


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
