"""JSONata expressions; JSONata is the query language of the state machine."""

from collections.abc import Mapping

from aws_cdk import aws_stepfunctions as sfn

RESULT = "$states.result.Payload"  # what a function has returned
ATTEMPT = "{% $attempt %}"


def query(expression: str) -> str:
    """A string that Step Functions evaluates."""
    return f"{{% {expression} %}}"


EXECUTION = {
    "id": query("$states.context.Execution.Id"),
    "name": query("$states.context.Execution.Name"),
    "start_time": query("$states.context.Execution.StartTime"),
}


def queries(expressions: Mapping[str, str]) -> dict[str, str]:
    return {name: query(expression) for name, expression in expressions.items()}


def condition(expression: str) -> sfn.Condition:
    return sfn.Condition.jsonata(query(expression))


def first(*fields: str, otherwise: str) -> str:
    """The first of the result's fields that exists and is not empty; else `otherwise`."""
    for field in reversed(fields):
        value = f"$states.result.{field}"
        otherwise = f"{value} ? {value} : ({otherwise})"
    return otherwise
