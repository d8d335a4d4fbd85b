"""Validates a request by the constraints of its shape; the messages are worded as AWS's."""

from typing import Any

from botocore.model import Shape
from botocore.validate import ParamValidator

from localcloud.core.errors import ValidationException
from localcloud.http.acceptance import accepts, compiled_pattern

_VALIDATOR = ParamValidator()  # required members, types, unknown members


def check(values: dict[str, Any], shape: Shape | None) -> None:
    """Raises ValidationException that names each field, its value and what is allowed."""
    if shape is None or accepts(values, shape):
        return
    report = _VALIDATOR.validate(values, shape)
    if report.has_errors():
        raise ValidationException(report.generate_report())
    problems = _problems(values, shape, "")
    if problems:
        noun = "error" if len(problems) == 1 else "errors"
        raise ValidationException(
            f"{len(problems)} validation {noun} detected: {'; '.join(problems)}"
        )


def _problems(value: Any, shape: Shape, path: str) -> list[str]:
    kind = shape.type_name
    if kind == "structure":
        return [
            problem
            for name, item in value.items()
            for problem in _problems(item, shape.members[name], _join(path, name))
        ]
    if kind == "list":
        return _own_problem(value, shape, path) + [
            problem
            for index, item in enumerate(value, start=1)
            for problem in _problems(item, shape.member, f"{path}.{index}.member")
        ]
    if kind == "map":
        return _own_problem(value, shape, path) + [
            problem
            for key, item in value.items()
            for problem in _problems(key, shape.key, path)
            + _problems(item, shape.value, _join(path, key))
        ]
    return _own_problem(value, shape, path)


def _join(path: str, name: str) -> str:
    member = name[:1].lower() + name[1:]
    return f"{path}.{member}" if path else member


def _own_problem(value: Any, shape: Shape, path: str) -> list[str]:
    rule = _broken_rule(value, shape)
    if rule is None:
        return []
    return [f"Value {str(value)!r} at '{path}' failed to satisfy constraint: Member must {rule}"]


def _broken_rule(value: Any, shape: Shape) -> str | None:
    metadata = shape.metadata
    if isinstance(value, str):
        if metadata.get("enum") and value not in metadata["enum"]:
            return f"satisfy enum value set: [{', '.join(metadata['enum'])}]"
        pattern = metadata.get("pattern")
        if pattern and not _matches(pattern, value):
            return f"satisfy regular expression pattern: {pattern}"
    sized = isinstance(value, str | bytes | list | dict)
    size = len(value) if sized else value
    noun = "length " if sized else "value "
    if not isinstance(size, int | float):
        return None
    if "max" in metadata and size > metadata["max"]:
        return f"have {noun}less than or equal to {metadata['max']}"
    if "min" in metadata and size < metadata["min"]:
        return f"have {noun}greater than or equal to {metadata['min']}"
    return None


def _matches(pattern: str, value: str) -> bool:
    compiled = compiled_pattern(pattern)
    return compiled is None or compiled.fullmatch(value) is not None
