"""The rules of an execution's input that need no call to AWS.

Prepare checks them for every execution, and `reviews run` before it uploads anything.
"""

import json
import re
from collections.abc import Callable, Mapping
from typing import Any

from contract import s3_uri, tuning
from contract.hyperparameters import OVERRIDABLE
from contract.steps import StartAt

# Where an execution may start → the fields of its input.
FIELDS: Mapping[str, tuple[str, ...]] = {
    StartAt.PROCESSING.value: (
        *("start_at", "reviews", "base_model", "columns"),
        *("max_rejected_share", "training", "tuning", "reuse"),
    ),
    StartAt.TRAINING.value: ("start_at", "from_run", "training", "tuning", "reuse"),
    StartAt.EVALUATION.value: ("start_at", "from_run", "model_data"),
    StartAt.PROMOTION.value: ("start_at", "from_environment", "from_version", "from_run"),
    StartAt.ROLLBACK.value: ("start_at", "version"),
}
STARTS = tuple(FIELDS)
COLUMNS = ("text", "rating", "title")
# Field that is an object → its fields.
GROUPS: Mapping[str, tuple[str, ...]] = {"columns": COLUMNS, "training": tuple(OVERRIDABLE)}
LONGEST_ARGUMENT = 240  # with its option it is a word of a processing job, which may have 256
_LONGEST_URI = 1024
# None of them is in a name that somebody types, and NUL in no argument of a program.
_CONTROLS = re.compile(r"[\x00-\x08\x0a-\x1f\x7f-\x9f\u2028\u2029]")
# NAME or ORGANISATION/NAME (huggingface_hub 2.4.0, utils/_validators.py), or a folder of the image.
_BASE_MODEL = re.compile(r"(?:\w[\w.-]*/)?\w[\w.-]*|/.+", re.ASCII)
# Fields that are ignored: those that Step Functions' console and a parent execution add
# (https://docs.aws.amazon.com/step-functions/latest/dg/concepts-nested-workflows.html), and those
# of tracers (Datadog's _datadog, X-Ray's _X_AMZN_TRACE_ID, the W3C's traceparent).
_IGNORED = re.compile(
    r"AWS_STEP_FUNCTIONS_\w+|_.*|Comment|X-Amzn-Trace-Id|traceparent|tracestate|baggage",
    re.IGNORECASE,
)


class InvalidInput(Exception):
    """The execution's input is invalid.

    `field` is the dotted name of a field, `rule` what it must be, with its present value.
    """

    def __init__(self, field: str, rule: str, *, value: Any = "") -> None:
        super().__init__(f"{field}: {rule}")
        self.field, self.rule, self.value = field, rule, value


def check_input(given: Any) -> dict[str, Any]:
    """The checked input, without the fields that are ignored. Raises InvalidInput."""
    request = without_ignored_fields(given)
    start_at = request.get("start_at", STARTS[0])
    _check_start("start_at", start_at)
    check_names(f"input that starts at {start_at}", request, FIELDS[start_at])
    _check_required(start_at, request)
    for name, value in request.items():
        check_field(name, value)
    if start_at == StartAt.TRAINING.value and "max_length" in request.get("training", {}):
        raise InvalidInput("training.max_length", "is that of the features of from_run")
    for name in request.get("tuning", {}).get("over", {}):
        if name in request.get("training", {}):
            raise InvalidInput(f"training.{name}", "is tuned: tuning.over has it, too")
    return request


def _check_required(start_at: str, request: dict[str, Any]) -> None:
    match StartAt(start_at):
        case StartAt.PROCESSING:
            if "reviews" not in request:
                raise InvalidInput(
                    "reviews", "missing; it must be s3://bucket/key of a file of reviews"
                )
        case StartAt.PROMOTION:
            _check_environment("from_environment", request.get("from_environment"))
            if ("from_version" in request) == ("from_run" in request):
                raise InvalidInput("from_version", "give either from_version or from_run")
        case StartAt.ROLLBACK:
            check_version("version", request.get("version"))
        case _:
            _check_run_name("from_run", request.get("from_run"))


def without_ignored_fields(given: Any) -> dict[str, Any]:
    """A JSON object without the fields that are ignored. Raises InvalidInput for anything else."""
    if not isinstance(given, dict):
        raise InvalidInput("input", f"{given!r} is not a JSON object", value=given)
    _check_unicode(given)
    return {name: value for name, value in given.items() if not _IGNORED.fullmatch(name)}


def check_field(name: str, value: Any) -> None:
    """Raises InvalidInput for a value that the field does not allow, wherever the run starts."""
    _CHECKS[name](name, value)


def _refuse(field: str, value: Any, rule: str) -> InvalidInput:
    return InvalidInput(field, f"{value!r} {rule}", value=value)


def _check_unicode(request: dict[str, Any]) -> None:
    """Raises InvalidInput for a lone surrogate, which JSON can have and no service accepts, and for
    what is nested too deeply to be written again."""
    try:
        json.dumps(request, ensure_ascii=False).encode()
    except UnicodeEncodeError as error:
        raise InvalidInput("input", f"not Unicode: {error}") from error
    except RecursionError as error:
        raise InvalidInput("input", "has too many lists or objects within each other") from error


def _check_start(field: str, value: Any) -> None:
    if not isinstance(value, str) or value not in FIELDS:
        raise _refuse(field, value, f"must be one of {', '.join(STARTS)}")


def _check_run_name(field: str, value: Any) -> None:
    if not isinstance(value, str) or not value:
        raise _refuse(field, value, "must be the name of an earlier execution")


def _check_environment(field: str, value: Any) -> None:
    if not isinstance(value, str) or not value:
        raise _refuse(field, value, "must be the name of an environment")


def check_version(field: str, value: Any) -> None:
    """Raises InvalidInput for anything but the number of a model's version."""
    if isinstance(value, bool) or not isinstance(value, int) or value < 1:
        raise _refuse(field, value, "must be the number of a model's version")


def _check_share(field: str, value: Any) -> None:
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= 1:
        raise _refuse(field, value, "must be a number from 0 to 1")


def _check_switch(field: str, value: Any) -> None:
    if not isinstance(value, bool):
        raise _refuse(field, value, "must be true or false")


def check_names(place: str, given: dict[str, Any], allowed: tuple[str, ...]) -> None:
    """Raises InvalidInput for a field of `place` that is not allowed."""
    for name in given:
        if name not in allowed:
            rule = f"unknown field {name!r}; allowed: {', '.join(allowed)}"
            raise InvalidInput(place, rule, value=name)


def _check_uri(field: str, value: Any) -> None:
    try:
        s3_uri.split(value)
    except (AttributeError, TypeError, ValueError) as error:
        raise _refuse(field, value, "is not s3://bucket/key") from error
    _check_line(field, value, _LONGEST_URI)


def is_line(value: str, longest: int) -> bool:
    """Whether it is one line of at most so many characters, without control characters."""
    return len(value) <= longest and not _CONTROLS.search(value)


def _check_line(field: str, value: str, longest: int) -> None:
    if not is_line(value, longest):
        rule = f"must be one line of at most {longest} characters, without control characters"
        raise _refuse(field, value, rule)


def _check_base_model(field: str, value: Any) -> None:
    if isinstance(value, str) and value.startswith("s3:"):
        _check_uri(field, value)
        return
    if not isinstance(value, str) or not is_model_name(value):
        rule = "must be a model's name, such as roberta-base, or s3://bucket/prefix/ of its files"
        raise _refuse(field, value, rule)
    _check_line(field, value, LONGEST_ARGUMENT)


def is_model_name(value: str) -> bool:
    """Whether a base model can have this name: that of a model hub, or a folder of the image."""
    return bool(_BASE_MODEL.fullmatch(value))


def _check_group(field: str, value: Any) -> None:
    allowed = GROUPS[field]
    if not isinstance(value, dict):
        raise _refuse(field, value, f"must be an object of {', '.join(allowed)}")
    check_names(field, value, allowed)


def _check_columns(field: str, value: Any) -> None:
    _check_group(field, value)
    for role, name in value.items():
        if not isinstance(name, str) or not (name or role == "title"):
            raise _refuse(f"{field}.{role}", name, "must be a column's name")
        _check_line(f"{field}.{role}", name, LONGEST_ARGUMENT)


def check_roles(columns: Mapping[str, str]) -> None:
    """Raises InvalidInput where the column of the rating is also the text or the title.

    `columns` are those of the input with those of the settings.
    """
    if columns["rating"] in (columns["text"], columns["title"]):
        raise _refuse("columns.rating", columns["rating"], "must be another column than the others")


def _check_training(field: str, value: Any) -> None:
    _check_group(field, value)
    for name, number in value.items():
        if not OVERRIDABLE[name].allows(number):
            raise _refuse(f"{field}.{name}", number, f"must be {OVERRIDABLE[name].allowed}")


def _check_tuning(field: str, value: Any) -> None:
    for problem in tuning.problems(value):
        raise refused_search(problem, field)


def refused_search(problem: tuning.Problem, field: str = "tuning") -> InvalidInput:
    """The error for what is wrong with a search."""
    return _refuse(f"{field}.{problem.field}".rstrip("."), problem.value, problem.rule)


_CHECKS: Mapping[str, Callable[[str, Any], None]] = {
    "start_at": _check_start,
    "reviews": _check_uri,
    "base_model": _check_base_model,
    "columns": _check_columns,
    "max_rejected_share": _check_share,
    "training": _check_training,
    "tuning": _check_tuning,
    "reuse": _check_switch,
    "from_run": _check_run_name,
    "model_data": _check_uri,
    "from_environment": _check_environment,
    "from_version": check_version,
    "version": check_version,
}
