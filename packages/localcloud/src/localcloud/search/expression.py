"""SearchExpression: filters, nested filters, and their combinations with And and Or."""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime
from operator import ge, gt, le, lt
from typing import Any

from botocore.model import Shape

from localcloud.core.errors import ValidationException
from localcloud.core.records import Record

_ORDERS: Mapping[str, Callable[[Any, Any], bool]] = {
    "GreaterThan": gt,
    "GreaterThanOrEqualTo": ge,
    "LessThan": lt,
    "LessThanOrEqualTo": le,
}
_NUMBERS = ("integer", "long", "float", "double")
# Properties that records do not have themselves, and the lists that are searched instead.
_PAIRS = {"AllTags": "Tags", "AllParameters": "Parameters"}
_METRICS, _METRIC_LIST = "Metrics", "FinalMetricDataList"
Found = tuple[Any, str]  # a value and the type of its shape


def check(expression: Record, shape: Shape) -> None:
    """Raises ValidationException for a filter that can be applied to no record."""
    filters = list(_all_filters(expression))
    for one in filters:
        check_property(one["Name"], shape)
        if "Value" not in one and one.get("Operator") not in ("Exists", "NotExists"):
            raise ValidationException(f"The filter on {one['Name']} needs a Value")
    contains = Counter(one["Name"] for one in filters if one.get("Operator") == "Contains")
    if any(times > 1 for times in contains.values()):
        raise ValidationException("'CONTAINS' operator usage limit of 1 exceeded.")


def check_property(name: str, shape: Shape) -> None:
    """Raises ValidationException for a property that the shape does not have."""
    lists = {**_PAIRS, _METRICS: _METRIC_LIST}
    known = [*shape.members, *(one for one in lists if lists[one] in shape.members)]
    if name.partition(".")[0] not in known:
        raise ValidationException(f"Unknown property name {name!r}; there are: {', '.join(known)}")


def _all_filters(expression: Record) -> Iterator[Record]:
    if not any(expression.get(part) for part in ("Filters", "NestedFilters", "SubExpressions")):
        raise ValidationException(
            "SearchExpression needs at least one of Filters, NestedFilters and SubExpressions"
        )
    yield from expression.get("Filters", [])
    for nested in expression.get("NestedFilters", []):
        yield from nested["Filters"]
    for inner in expression.get("SubExpressions", []):
        yield from _all_filters(inner)


def is_met(expression: Record, record: Record, shape: Shape) -> bool:
    """Whether a record meets a SearchExpression that `check` has accepted."""
    outcomes = (
        *(_meets(one, record, shape) for one in expression.get("Filters", [])),
        *(_meets_nested(one, record, shape) for one in expression.get("NestedFilters", [])),
        *(is_met(one, record, shape) for one in expression.get("SubExpressions", [])),
    )
    return any(outcomes) if expression.get("Operator") == "Or" else all(outcomes)


def _meets_nested(nested: Record, record: Record, shape: Shape) -> bool:
    """Whether one object of the list meets all filters."""
    name = nested["NestedPropertyName"]
    member = shape.members.get(name)
    if member is None or member.type_name != "list" or member.member.type_name != "structure":
        raise ValidationException(f"{name!r} is not a list of objects")
    filters = [{**one, "Name": one["Name"].removeprefix(f"{name}.")} for one in nested["Filters"]]
    return any(
        all(_meets(one, element, member.member) for one in filters)
        for element in record.get(name, [])
    )


def _meets(condition: Record, record: Record, shape: Shape) -> bool:
    operator, name = condition.get("Operator", "Equals"), condition["Name"]
    found = list(values(name, record, shape))
    match operator:
        case "Exists":
            return bool(found)
        case "NotExists":
            return not found
        case "NotEquals":
            return not any(_equals(one, condition["Value"]) for one in found)
    return any(_compare(operator, one, condition["Value"], name) for one in found)


def _compare(operator: str, found: Found, wanted: str, name: str) -> bool:
    value, kind = found
    if operator == "Equals":
        return _equals(found, wanted)
    if operator in _ORDERS:
        if kind == "structure":
            raise ValidationException(f"{operator} is not supported for {name}, which is an object")
        if kind == "string" and not name.startswith("HyperParameters."):
            raise ValidationException(f"{operator} is not supported for {name}, which is text")
        return _ORDERS[operator](_number(value, kind), _number(wanted, kind))
    if kind != "string":
        raise ValidationException(f"{operator} is only supported for text, not for {name}")
    return wanted in value if operator == "Contains" else value in wanted.split(",")


def _equals(found: Found, wanted: str) -> bool:
    value, kind = found
    if kind == "timestamp" or kind in _NUMBERS:
        return _number(value, kind) == _number(wanted, kind)
    return str(value).lower() == wanted.lower() if kind == "boolean" else value == wanted


def _number(value: Any, kind: str) -> float:
    try:
        if kind == "timestamp" and isinstance(value, str):
            moment = datetime.fromisoformat(value)
            return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()
        return float(value)
    except ValueError as error:
        noun = "a date-time of ISO 8601" if kind == "timestamp" else "a number"
        raise ValidationException(f"Value {value!r} is not {noun}") from error


def values(name: str, record: Record, shape: Shape) -> Iterator[Found]:
    """The values of a record under a name like `OnlineStoreConfig.EnableOnlineStore` or
    `Tags.team`."""
    first, _, rest = name.partition(".")
    if name in _PAIRS:
        for pair in record.get(_PAIRS[name], []):
            yield from ((text, "string") for text in pair.values())
    elif first == _METRICS:
        for metric in record.get(_METRIC_LIST, []):
            if metric["MetricName"] == rest:
                yield metric["Value"], "float"
    elif first in record and first in shape.members:
        yield from _inside(record[first], shape.members[first], rest)


def _plain(value: Any, shape: Shape) -> Found:
    """A parameter of a trial component is the number or the text that is in it."""
    if shape.name == "TrialComponentParameterValue":
        kind, inner = next(iter(value.items()))
        return inner, "double" if kind == "NumberValue" else "string"
    return value, "structure"


def _inside(value: Any, shape: Shape, path: str) -> Iterator[Found]:
    """The values below `path`: of a list those of any element, of pairs of keys and values those
    with the key."""
    if shape.type_name == "list":
        pairs = shape.member.type_name == "structure" and "Key" in shape.member.members
        for element in value:
            if not pairs:
                yield from _inside(element, shape.member, path)
            elif element["Key"] == path:
                yield element["Value"], "string"
    elif shape.type_name == "map":
        if path in value:
            yield from _inside(value[path], shape.value, "")
    elif shape.type_name == "structure":
        if path:
            yield from values(path, value, shape)
        else:
            yield _plain(value, shape)
    elif not path:
        yield value, shape.type_name
