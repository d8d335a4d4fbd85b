"""The field `tuning` of an execution's input, from the options of `reviews tune`."""

import json
from collections.abc import Iterable
from typing import Any

from contract import tuning
from contract.hyperparameters import TUNABLE
from reviews.client.errors import InvalidArgument

_OPTIONS = {"max_jobs": "--max-jobs", "strategy": "--strategy", "parallel": "--parallel"}
_TO = ".."


def parse(over: Iterable[str], **limits: Any) -> dict[str, Any]:
    """`over` has texts such as learning_rate=1e-5..1e-4 and batch_size=16,32; `limits` are fields
    of the search, None where they were not given. Raises InvalidArgument, with the option."""
    found = {name: value for name, value in limits.items() if value is not None}
    ranges: dict[str, Any] = {}
    for text in over:
        name, equals, search = text.partition("=")
        if not equals or not search:
            raise InvalidArgument(
                f"--over {text}: write it as NAME=LEAST{_TO}MOST or NAME=VALUE,VALUE"
            )
        if name in ranges:
            raise InvalidArgument(f"--over {text}: {name} is given twice")
        if name not in TUNABLE:
            raise InvalidArgument(f"--over {text}: allowed are {', '.join(TUNABLE)}")
        ranges[name] = _search(search)
    if ranges:
        found["over"] = ranges
    for problem in tuning.problems(found):
        raise refused(problem)
    return found


def _search(text: str) -> Any:
    least, to, most = text.partition(_TO)
    if to:
        return {"min": _value(least), "max": _value(most)}
    return [_value(one) for one in text.split(",")]


def _value(text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError:
        return text


def resolve(found: dict[str, Any], training: dict[str, Any]) -> dict[str, Any]:
    """The search as Prepare will complete it. Raises InvalidArgument, which names the option."""
    try:
        return tuning.resolve(found, training)
    except tuning.Refused as error:
        raise refused(error.problem) from error


def refused(problem: tuning.Problem) -> InvalidArgument:
    """The error with the option in place of the field."""
    group, _, name = problem.field.partition(".")
    option = f"--over {name}".strip() if group == "over" else _OPTIONS[group]
    return InvalidArgument(f"{option}: {problem.value!r} {problem.rule}")
