"""The rules of an execution's input. Messages name the field, its value and what is allowed."""

import json
import re
from typing import Any

from botocore.exceptions import ClientError, ParamValidationError

from shared import s3
from shared.steps import passes

# Where an execution may begin → the fields it takes then.
_FIELDS = {
    "processing": (
        *("start_at", "reviews", "base_model", "columns"),
        *("max_rejected_share", "training"),
    ),
    "training": ("start_at", "from_run", "training"),
    "evaluation": ("start_at", "from_run", "model_data"),
}
_COLUMNS = ("text", "rating", "title")
_LONGEST_NAME = 240  # with its option it is an argument of a processing job, which may have 256
_LONGEST_URI = 1024
# Field → type, smallest and largest value.
_TRAINING: dict[str, tuple[type, float, float]] = {
    "epochs": (int, 1, 100),
    "batch_size": (int, 1, 1024),
    "accumulation_steps": (int, 1, 1024),
    "learning_rate": (float, 1e-7, 1.0),
    "star_spread": (float, 0, 10),
    "patience": (int, 0, 100),
    "max_length": (int, 8, 512),
    "seed": (int, 0, 2**31 - 1),
}


# Fields that are others' business: what Step Functions' console and a parent execution add
# (https://docs.aws.amazon.com/step-functions/latest/dg/concepts-nested-workflows.html), and what
# tracers do (Datadog's _datadog, X-Ray's _X_AMZN_TRACE_ID, the W3C's traceparent).
_NOT_OURS = re.compile(
    r"AWS_STEP_FUNCTIONS_\w+|_.*|Comment|X-Amzn-Trace-Id|traceparent|tracestate|baggage",
    re.IGNORECASE,
)


class InvalidInput(Exception):
    """The execution's input is not one this state machine takes."""


class UnreadableReviews(Exception):
    """The reviews are not there, or may not be read; that can change while the input stays."""


def check_input(given: Any) -> dict[str, Any]:
    """The input without what is not ours. Raises InvalidInput."""
    if not isinstance(given, dict):
        raise InvalidInput(f"input: {given!r} is not a JSON object")
    _check_unicode(given)
    request = {name: value for name, value in given.items() if not _NOT_OURS.fullmatch(name)}
    start_at = request.get("start_at", "processing")
    if not isinstance(start_at, str) or start_at not in _FIELDS:
        raise InvalidInput(f"start_at: {start_at!r} must be one of {', '.join(_FIELDS)}")
    _check_names(f"input that starts at {start_at}", request, _FIELDS[start_at])
    if start_at == "processing":
        _check_reviews(request)
    else:
        _check_source(request)
    _check_training(request.get("training", {}))
    if start_at == "training" and "max_length" in request.get("training", {}):
        raise InvalidInput("training.max_length: is that of the features of from_run")
    return request


def _check_unicode(request: dict[str, Any]) -> None:
    """JSON can write half a character, which no service takes."""
    try:
        json.dumps(request, ensure_ascii=False).encode()
    except UnicodeEncodeError as error:
        raise InvalidInput(f"input: not Unicode: {error}") from error


def _check_reviews(request: dict[str, Any]) -> None:
    if "reviews" not in request:
        raise InvalidInput("reviews: missing; it must be s3://bucket/key of a CSV")
    _check_uri("reviews", request["reviews"])
    _check_base_model(request.get("base_model", "unset"))
    _check_texts("columns", request.get("columns", {}), _COLUMNS)
    share = request.get("max_rejected_share", 0)
    if isinstance(share, bool) or not isinstance(share, int | float) or not 0 <= share <= 1:
        raise InvalidInput(f"max_rejected_share: {share!r} must be a number from 0 to 1")


def _check_source(request: dict[str, Any]) -> None:
    name = request.get("from_run")
    if not isinstance(name, str) or not name:
        raise InvalidInput(f"from_run: {name!r} must be the name of an earlier execution")
    if "model_data" in request:
        _check_uri("model_data", request["model_data"])


def check_object(client: Any, uri: str) -> None:
    """Raises UnreadableReviews if the object is missing or may not be read, InvalidInput if no
    bucket can have this name."""
    bucket, key = s3.split(uri)
    try:
        client.head_object(Bucket=bucket, Key=key)
    except ClientError as error:
        if passes(error):
            raise
        reason = error.response["Error"]["Code"]
        raise UnreadableReviews(f"reviews: {uri} cannot be read ({reason})") from error
    except ParamValidationError as error:
        raise InvalidInput(f"reviews: {uri} cannot be read ({error})") from error


def _check_names(place: str, given: dict[str, Any], allowed: tuple[str, ...]) -> None:
    for name in given:
        if name not in allowed:
            raise InvalidInput(f"{place}: unknown field {name!r}; allowed: {', '.join(allowed)}")


def _check_uri(field: str, value: Any) -> None:
    try:
        s3.split(value)
    except (AttributeError, TypeError, ValueError) as error:
        raise InvalidInput(f"{field}: {value!r} is not s3://bucket/key") from error
    _check_line(field, value, _LONGEST_URI)


def _check_line(field: str, value: str, longest: int) -> None:
    if len(value) > longest or value.splitlines() not in ([], [value]):
        raise InvalidInput(f"{field}: {value!r} must be one line of at most {longest} characters")


def _check_base_model(value: Any) -> None:
    if not isinstance(value, str) or not value.strip():
        raise InvalidInput(
            f"base_model: {value!r} must be a model's name or s3://bucket/prefix/ of its files"
        )
    if value.startswith("s3:"):
        _check_uri("base_model", value)
    else:
        _check_line("base_model", value, _LONGEST_NAME)


def _check_texts(place: str, given: Any, allowed: tuple[str, ...]) -> None:
    if not isinstance(given, dict):
        raise InvalidInput(f"{place}: {given!r} must be an object of {', '.join(allowed)}")
    _check_names(place, given, allowed)
    for name, value in given.items():
        if not isinstance(value, str) or not (value or name == "title"):
            raise InvalidInput(f"{place}.{name}: {value!r} must be a column's name")
        _check_line(f"{place}.{name}", value, _LONGEST_NAME)


def _check_training(given: Any) -> None:
    if not isinstance(given, dict):
        raise InvalidInput(f"training: {given!r} must be an object of {', '.join(_TRAINING)}")
    _check_names("training", given, tuple(_TRAINING))
    for name, value in given.items():
        kind, low, high = _TRAINING[name]
        number = isinstance(value, int if kind is int else int | float)
        if isinstance(value, bool) or not number or not low <= value <= high:
            what = "a whole number" if kind is int else "a number"
            raise InvalidInput(f"training.{name}: {value!r} must be {what} from {low} to {high}")
