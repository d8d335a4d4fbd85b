"""The media types of a response, and which of them a client prefers."""

import csv
import io
import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from serving.errors import RequestError
from serving.request_parsing import CSV, JSON, JSON_LINES

MEDIA_TYPES = (JSON, JSON_LINES, CSV)  # in the order in which a wildcard takes them
_ALIASES = {"application/x-jsonlines": JSON_LINES, "*": "*/*"}

Prediction = dict[str, Any]


@dataclass(frozen=True)
class Predictions:
    """One item for each line, object or row of the request.

    An item is a list where the line had a list of texts. `is_list` is whether the response in JSON
    is a list, as the request was.
    """

    items: list[Prediction | list[Prediction]]
    is_list: bool


def choose_media_type(accept: str | None) -> str:
    """The media type with the highest q (RFC 9110, 12.5.1).

    Of the entries that match a media type the most specific one has its q. Among media types of
    the same q the one that the client names first counts. Raises RequestError 406 when the client
    accepts none of them.
    """
    entries = [_entry(part) for part in (accept or "").split(",") if part.strip()]
    entries = entries or [("*/*", 1.0)]
    ranked = [(*_rank(media_type, entries), media_type) for media_type in MEDIA_TYPES]
    quality, _, media_type = max(ranked, key=lambda rank: rank[:2])
    if quality > 0:
        return media_type
    raise RequestError(406, f"{accept!r} cannot be produced; accept {', '.join(MEDIA_TYPES)}")


def _rank(media_type: str, entries: list[tuple[str, float]]) -> tuple[float, int]:
    """(q, higher for an entry that is named earlier) of a media type."""
    for pattern in (media_type, f"{media_type.partition('/')[0]}/*", "*/*"):
        ranks = [(q, -number) for number, (name, q) in enumerate(entries) if name == pattern]
        if ranks:
            return max(ranks)
    return 0.0, 0


def _entry(part: str) -> tuple[str, float]:
    """(media type, q) of one entry of Accept; a q that is no number from 0 to 1 counts as 1."""
    media_type, *parameters = (word.strip().lower() for word in part.split(";"))
    quality = 1.0
    for parameter in parameters:
        name, _, value = parameter.partition("=")
        if name.strip() == "q":
            try:
                quality = float(value)
            except ValueError:
                quality = 1.0
    return _ALIASES.get(media_type, media_type), quality if 0 <= quality <= 1 else 1.0


def serialise(predictions: Predictions, media_type: str) -> str:
    """The body of a response in one of MEDIA_TYPES."""
    items = predictions.items
    writers: dict[str, Callable[[], str]] = {
        JSON: lambda: json.dumps(items if predictions.is_list else items[0]),
        JSON_LINES: lambda: "".join(json.dumps(item) + "\n" for item in items),
        CSV: lambda: _csv_lines(items),
    }
    return writers[media_type]()


def _csv_lines(items: list[Prediction | list[Prediction]]) -> str:
    """A row of label, sentiment and probability for each text."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    for item in items:
        for predicted in item if isinstance(item, list) else [item]:
            writer.writerow(
                [predicted["label"], predicted.get("sentiment"), predicted["probability"]]
            )
    return out.getvalue()
