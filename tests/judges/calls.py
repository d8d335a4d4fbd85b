"""The calls to AWS that stand in the code: of boto3's clients, by their methods' names."""

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from botocore import xform_name
from botocore.model import OperationModel

from tests.judges.models import Models

ROOT = Path(__file__).parents[2]
# Clients that a function makes are handed to other modules, so that a call may be of any of these.
SERVICES = (
    "application-autoscaling",
    "athena",
    "glue",
    "lambda",
    "logs",
    "s3",
    "sagemaker",
    "sagemaker-featurestore-runtime",
    "sagemaker-runtime",
    "sns",
    "stepfunctions",
    "sts",
)


@dataclass(frozen=True, kw_only=True)
class Call:
    """`arguments` are names; `is_open` where more come from a dictionary."""

    place: str
    method: str
    arguments: frozenset[str]
    is_open: bool


def calls(folder: str, known: set[str]) -> Iterator[Call]:
    """The calls in the modules of a folder whose method is a known operation's."""
    for file in sorted((ROOT / folder).rglob("*.py")):
        for node in ast.walk(ast.parse(file.read_text())):
            # Operations take arguments by name alone; others have the names, too: re.search(x, y).
            if isinstance(node, ast.Call) and not _positional(node) and _method(node) in known:
                names = frozenset(word.arg for word in node.keywords if word.arg)
                yield Call(
                    place=f"{file.relative_to(ROOT)}:{node.lineno}",
                    method=_method(node),
                    arguments=names,
                    is_open=any(word.arg is None for word in node.keywords),
                )


def _positional(node: ast.Call) -> bool:
    return bool(node.args)


def _method(node: ast.Call) -> str:
    """client.NAME(…), and client.get_paginator("NAME").paginate(…)."""
    function = node.func
    if not isinstance(function, ast.Attribute):
        return ""
    made_by = function.value
    if function.attr == "paginate" and isinstance(made_by, ast.Call) and made_by.args:
        name = made_by.args[0]
        return str(name.value) if isinstance(name, ast.Constant) else ""
    return function.attr


def operations(models: Models) -> dict[str, list[OperationModel]]:
    """By the name of boto3's method; several services may have one of a name."""
    found: dict[str, list[OperationModel]] = {}
    for service in map(models.service, SERVICES):
        for name in service.operation_names:
            found.setdefault(xform_name(name), []).append(service.operation_model(name))
    return found
