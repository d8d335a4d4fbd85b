"""What the endpoint does: reviews in, classes out, in the form SageMaker's serving images call.

application/jsonlines   {"features": ["text"]} a line; answered by one line each
application/json        {"features": ["text", ...]} or a list of such objects
text/csv                one text a row, first column, no header
"""

import csv
import io
import json
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from classifier import Classifier
from labels import Labels

try:
    from sagemaker_inference.errors import BaseInferenceToolkitError
except ModuleNotFoundError:  # outside a serving image the errors only need the same attributes

    class BaseInferenceToolkitError(Exception):  # type: ignore[no-redef]
        def __init__(self, status_code: int, message: str, phrase: str) -> None:
            super().__init__(status_code, message, phrase)
            self.status_code, self.message, self.phrase = status_code, message, phrase


JSON_LINES, JSON, CSV = "application/jsonlines", "application/json", "text/csv"
_MAX_BYTES = 6 * 2**20
_MAX_TEXTS = 2_000
_SURROGATE = re.compile(r"[\ud800-\udfff]")  # JSON can write them, no tokenizer reads them


class RequestError(BaseInferenceToolkitError):  # type: ignore[misc]  # untyped base
    """A request that cannot be answered; `status_code` is the HTTP status."""

    def __init__(self, status_code: int, message: str) -> None:
        super().__init__(status_code, message, message)


@dataclass(frozen=True)
class Texts:
    """All texts of a request, and how many each line, object or row held (0: a single text)."""

    texts: list[str]
    sizes: list[int]


Prediction = dict[str, Any]
Answer = Prediction | list[Prediction]


def model_fn(model_dir: str) -> Classifier:
    """Loads the artefact."""
    return Classifier(Path(model_dir))


def input_fn(body: bytes | str, content_type: str) -> Texts:
    """The texts of a request; RequestError 400, 413 or 415 says what is wrong with it."""
    kind = content_type.split(";")[0].strip().lower()
    readers = {JSON_LINES: _json_lines, "application/x-jsonlines": _json_lines,
               JSON: _json, CSV: _csv}  # fmt: skip
    if kind not in readers:
        raise RequestError(
            415,
            f"content type {content_type!r} is not supported; send {JSON_LINES}, {JSON} or {CSV}",
        )
    if len(body) > _MAX_BYTES:
        raise RequestError(413, f"the body has {len(body)} bytes; at most {_MAX_BYTES} are allowed")
    texts = readers[kind](_decoded(body))
    if not texts.texts:
        raise RequestError(400, "the body holds no text")
    if len(texts.texts) > _MAX_TEXTS:
        raise RequestError(
            413, f"the body holds {len(texts.texts)} texts; at most {_MAX_TEXTS} are allowed"
        )
    return texts


def predict_fn(data: Texts, model: Classifier) -> list[Answer]:
    """One answer per line, object or row: a prediction, or a list where several texts came.

    Prints how many texts the request had, and how many were of each class: the endpoint's log is
    where the alarm of a drift reads it (infra/monitoring.py).
    """
    labels = model.labels
    predictions = [_prediction(row, labels) for row in model.of_texts(data.texts).tolist()]
    counts = Counter(prediction["label"] for prediction in predictions)
    print("predicted", len(predictions), *(counts[name] for name in labels.names), flush=True)
    answers: list[Answer] = []
    at = 0
    for size in data.sizes:
        answers.append(predictions[at : at + size] if size else predictions[at])
        at += size or 1
    return answers


def output_fn(answers: list[Answer], accept: str) -> tuple[str, str]:
    """(body, content type) in the first accepted form; RequestError 406 when there is none."""
    for entry in (accept or JSON_LINES).split(","):
        kind = entry.split(";")[0].strip().lower()
        if kind in (JSON_LINES, "application/x-jsonlines", "*/*", "application/*"):
            return "".join(json.dumps(answer) + "\n" for answer in answers), JSON_LINES
        if kind == JSON:
            return json.dumps(answers[0] if len(answers) == 1 else answers), JSON
        if kind == CSV:
            return _csv_lines(answers), CSV
    raise RequestError(406, f"{accept!r} cannot be produced; accept {JSON_LINES}, {JSON} or {CSV}")


def _decoded(body: bytes | str) -> str:
    if isinstance(body, str):
        return body
    try:
        return bytes(body).decode("utf-8")
    except UnicodeDecodeError as error:
        raise RequestError(400, f"the body is not UTF-8 at byte {error.start}") from error


def _json_lines(body: str) -> Texts:
    # split("\n") and not splitlines(): a JSON text may hold U+2028 as it is.
    numbered = [(n, line) for n, line in enumerate(body.split("\n"), 1) if line.strip()]
    return _gathered([_features(_parsed(line, f"line {n}"), f"line {n}") for n, line in numbered])


def _json(body: str) -> Texts:
    value = _parsed(body, "the body")
    items = value if isinstance(value, list) else [value]
    return _gathered([_features(item, f"item {n}") for n, item in enumerate(items, 1)])


def _csv(body: str) -> Texts:
    try:
        rows = [row for row in csv.reader(io.StringIO(body), strict=True) if row]
    except csv.Error as error:
        raise RequestError(400, f"the body is not CSV: {error}") from error
    return _gathered(
        [_features({"features": [row[0]]}, f"row {n}") for n, row in enumerate(rows, 1)]
    )


def _parsed(text: str, where: str) -> Any:
    try:
        return json.loads(text)
    except (ValueError, RecursionError) as error:  # the latter when it is nested too deeply
        raise RequestError(400, f"{where} is not JSON: {error}") from error


def _features(item: Any, where: str) -> list[str]:
    """The texts under "features" (one alone may also be a plain string)."""
    features = item.get("features") if isinstance(item, dict) else None
    texts = [features] if isinstance(features, str) else features
    if not isinstance(texts, list) or not texts:
        raise RequestError(400, f'{where} must be like {{"features": ["text"]}}')
    for text in texts:
        if not isinstance(text, str) or not text.strip():
            raise RequestError(400, f"{where}: features must be texts that are not empty")
        if _SURROGATE.search(text):
            raise RequestError(400, f"{where}: features must be Unicode, without lone surrogates")
    return texts


def _gathered(groups: Sequence[list[str]]) -> Texts:
    sizes = [0 if len(group) == 1 else len(group) for group in groups]
    return Texts([text for group in groups for text in group], sizes)


def _prediction(probabilities: list[float], labels: Labels) -> Prediction:
    best = max(range(len(labels.names)), key=probabilities.__getitem__)
    return {
        "label": labels.names[best],
        **({"sentiment": labels.sentiments[best]} if labels.sentiments else {}),
        "probability": round(probabilities[best], 6),
        "probabilities": {
            name: round(value, 6) for name, value in zip(labels.names, probabilities, strict=True)
        },
    }


def _csv_lines(answers: list[Answer]) -> str:
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    for answer in answers:
        for item in answer if isinstance(answer, list) else [answer]:
            writer.writerow([item["label"], item.get("sentiment"), item["probability"]])
    return out.getvalue()
