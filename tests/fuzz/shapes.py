"""Requests by the service's own model: mostly what it allows, now and then what it does not."""

import base64
from functools import cache
from typing import Any

from botocore.model import Shape
from hypothesis import strategies as st

from localcloud.http.acceptance import compiled_pattern
from tests.fuzz.values import documents, texts

ARN = "arn:aws:sagemaker:us-east-1:000000000000"
# What most patterns allow: one of these fits.
_POOL = (
    "fuzz",
    "fuzz-1",
    "1",
    "2026-01-31T12:00:00Z",
    "arn:aws:iam::000000000000:role/fuzz",
    f"{ARN}:model-package-group/fuzz",
    f"{ARN}:model-package/fuzz/1",
    f"{ARN}:endpoint/fuzz",
    f"{ARN}:experiment/fuzz",
    "s3://fuzz/key",
    "ml.m5.large",
    "683313688378.dkr.ecr.us-east-1.amazonaws.com/sagemaker-scikit-learn:1.4-2-cpu-py3",
    "/opt/ml/processing/input",
    "application/json",
    "a" * 64,
)
_DEEPEST = 4
Values = st.SearchStrategy[Any]


def requests(shape: Shape) -> Values:
    """Bodies of an operation with this input."""
    return _structure(shape, 0)


def _values(shape: Shape, depth: int) -> Values:
    return st.one_of(*[_fitting(shape, depth)] * 12, documents)


def _fitting(shape: Shape, depth: int) -> Values:
    match shape.type_name:
        case "structure":
            return _structure(shape, depth + 1)
        case "list":
            least, most = shape.metadata.get("min", 0), min(shape.metadata.get("max", 3), 3)
            return st.lists(
                st.deferred(lambda: _values(shape.member, depth + 1)),
                min_size=least if least <= 3 else 0,
                max_size=0 if depth > _DEEPEST else most,
            )
        case "map":
            return st.dictionaries(
                _text(shape.key),
                st.deferred(lambda: _values(shape.value, depth + 1)),
                max_size=0 if depth > _DEEPEST else 2,
            )
        case "string":
            return _text(shape)
        case "boolean":
            return st.booleans()
        case "blob":
            return st.binary(max_size=8).map(lambda content: base64.b64encode(content).decode())
        case "timestamp":
            return st.sampled_from([0, 1.5, -1, 1e18, "2026-01-31", "yesterday", 10**30])
    return _number(shape)


def _structure(shape: Shape, depth: int) -> Values:
    required = {name: shape.members[name] for name in shape.required_members}
    others = {name: member for name, member in shape.members.items() if name not in required}
    if depth > _DEEPEST:
        others = {}

    @st.composite
    def made(draw: st.DrawFn) -> dict[str, Any]:
        names = draw(st.lists(st.sampled_from(sorted(others)), max_size=3)) if others else []
        members = {**required, **{name: others[name] for name in names}}
        result = {name: draw(_values(member, depth)) for name, member in members.items()}
        for name in draw(st.just([]) | st.lists(st.sampled_from([*result, "Odd"]), max_size=1)):
            result.pop(name, None)
        return result

    return made()


def _number(shape: Shape) -> Values:
    least, most = shape.metadata.get("min", 0), shape.metadata.get("max", 100)
    near = st.sampled_from([least, most, least - 1, most + 1, 1, 10**400])
    if shape.type_name in ("integer", "long"):
        return st.integers(int(least), max(int(least), int(most))) | near
    return st.floats() | near


def _text(shape: Shape) -> Values:
    fitting = st.sampled_from(_known(shape))
    return st.one_of(*[fitting] * 8, texts)


@cache
def _known(shape: Shape) -> tuple[str, ...]:
    if shape.metadata.get("enum"):
        return tuple(shape.metadata["enum"])
    pattern = compiled_pattern(shape.metadata.get("pattern", "")) or compiled_pattern("")
    longest = shape.metadata.get("max", 10**6)
    found = [one for one in _POOL if pattern.match(one) and len(one) <= longest]
    return tuple(found) or ("a" * max(1, shape.metadata.get("min", 1)),)
