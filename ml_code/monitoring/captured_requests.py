"""Reads what SageMaker's data capture has stored of requests and answers.

JSON Lines; the body of a side is a text (`encoding` CSV or JSON) or in base64:
https://docs.aws.amazon.com/sagemaker/latest/dg/model-monitor-data-capture-endpoint.html
"""

import base64
import csv
import io
import json
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from serving.errors import RequestError
from serving.request_parsing import CSV, JSON, parse_request

_CAPTURED = "captureData"
NOT_READ = "not in the format of data capture"
NO_REQUEST = "request without texts"
NO_ANSWER = "answer without predictions"
OTHER_NUMBER = "another number of predictions than of texts"
OTHER_CLASSES = "a class that the model does not have"

Answer = tuple[str, float]  # class, and its probability


@dataclass(frozen=True, kw_only=True)
class CapturedRequest:
    """A request with its answers, one for each text. `key` is its InferenceId, or empty."""

    moment: datetime
    key: str
    texts: Sequence[str]
    answers: Sequence[Answer]


def is_captured(path: Path) -> bool:
    """Whether a file is of data capture, by its first line."""
    with path.open(encoding="utf-8", errors="replace") as lines:
        return _CAPTURED in next(lines, "")


def read_requests(
    path: Path, classes: Sequence[str], unread: Counter[str]
) -> Iterator[CapturedRequest]:
    """The requests of a file of data capture; `unread` counts the others by reason."""
    with path.open(encoding="utf-8", errors="replace") as lines:
        for line in lines:
            found = read_request(line, classes) if line.strip() else None
            if isinstance(found, str):
                unread[found] += 1
            elif found:
                yield found


def read_request(line: str, classes: Sequence[str]) -> CapturedRequest | str:
    """The request of a line, or why it cannot be used."""
    try:
        event = json.loads(line)
        sides, metadata = event[_CAPTURED], event["eventMetadata"]
        moment = datetime.fromisoformat(metadata["inferenceTime"]).astimezone(UTC)
        request, request_type = _body(sides["endpointInput"])
        answer, answer_type = _body(sides["endpointOutput"])
    except (AttributeError, KeyError, TypeError, ValueError):
        return NOT_READ
    try:
        texts = parse_request(request, request_type).texts
    except RequestError:
        return NO_REQUEST
    try:
        answers = _answers(answer, answer_type)
    except (AttributeError, KeyError, TypeError, ValueError, csv.Error):
        return NO_ANSWER
    if len(answers) != len(texts):
        return OTHER_NUMBER
    if any(name not in classes for name, _ in answers):
        return OTHER_CLASSES
    return CapturedRequest(
        moment=moment, key=str(metadata.get("inferenceId", "")), texts=texts, answers=answers
    )


def _body(side: dict[str, Any]) -> tuple[str, str]:
    """(body, content type). Raises as read_request expects."""
    data = side["data"]
    if side["encoding"] == "BASE64":
        data = base64.b64decode(data).decode("utf-8")
    return data, side.get("observedContentType") or JSON


def _answers(body: str, content_type: str) -> list[Answer]:
    """Reads the answers that ml_code/serving/response_formats.py wrote."""
    if content_type.partition(";")[0].strip().lower() == CSV:
        return [(row[0], float(row[-1])) for row in csv.reader(io.StringIO(body)) if row]
    # One document, or one in each line: what is no single document is read by lines.
    try:
        items = json.loads(body)
    except ValueError:
        items = [json.loads(line) for line in body.split("\n") if line.strip()]
    return [(item["label"], float(item["probability"])) for item in _flat(items)]


def _flat(item: Any) -> Iterator[dict[str, Any]]:
    if isinstance(item, list):
        for one in item:
            yield from _flat(one)
    else:
        yield item
