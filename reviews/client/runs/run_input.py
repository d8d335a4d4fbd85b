"""The input of an execution, from a file of reviews and the values of `--set`."""

import json
from collections.abc import Callable, Iterable
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

from contract import execution_input
from contract.execution_input import GROUPS, STARTS, InvalidInput, check_field, check_input
from contract.steps import StartAt
from reviews.client.environment import Environment
from reviews.client.errors import InvalidArgument
from reviews.client.files import review_files

_IN_JSON = ("training", "max_rejected_share", "reuse")  # the values of the other fields are texts
# Starts that have commands of their own.
_COMMANDS = {StartAt.PROMOTION.value: "reviews promote", StartAt.ROLLBACK.value: "reviews rollback"}
# The fields without a group, sorted by name.
FIELDS = tuple(
    sorted(
        {
            name
            for start in STARTS
            if start not in _COMMANDS
            for name in execution_input.FIELDS[start]
        }
        - {*GROUPS, "tuning"}  # which has a command of its own
    )
)
_FROM_RUN = ("from_run", "model_data")
_PLACEHOLDER = "s3://bucket/key"  # for the URI of the file, which is not uploaded yet


def with_reviews(
    environment: Environment,
    reviews: Path,
    document: dict[str, Any],
    *,
    detect_columns: bool = False,
    tell: Callable[[str], None] = lambda _: None,
    progress: Callable[[float], None] = lambda _: None,
) -> dict[str, Any]:
    """Examines the file as the processing job will read it, and uploads it; returns `document` with
    its URI.

    `tell` is called with sentences about the file, `progress` with the share that has been read,
    from 0 to 1. Raises InvalidArgument for a file that the processing job would refuse.
    """
    settings = environment.settings
    columns = replace(settings.columns, **document.get("columns", {}))
    if detect_columns:
        columns = review_files.detect_columns(reviews, columns, tell=tell)
        document = {**document, "columns": asdict(columns)}
    limit = document.get("max_rejected_share", settings.max_rejected_share)
    review_files.examine(reviews, settings, columns, limit, tell=tell, progress=progress)
    _check_input({"reviews": _PLACEHOLDER, **document})  # with the columns that were detected
    return {"reviews": environment.upload_reviews(reviews), **document}


def check_start(document: dict[str, Any], reviews: Path | str | None) -> None:
    """Raises InvalidArgument for fields that exclude or require each other, as Prepare would."""
    start_at = document.get("start_at", STARTS[0])
    if start_at in _COMMANDS:
        raise InvalidArgument(f"--set start_at={start_at}: use {_COMMANDS[start_at]}")
    if start_at != STARTS[0]:
        if reviews is not None or "reviews" in document:
            raise InvalidArgument(
                f"{reviews or document['reviews']}: a run that starts at {start_at} uses the data "
                "of from_run, and takes no reviews"
            )
        if not document.get("from_run"):
            raise InvalidArgument(f"--set start_at={start_at}: add --set from_run=NAME")
        _check_input(document)
        return
    for name in _FROM_RUN:
        if name in document:
            raise InvalidArgument(
                f"--set {name}={document[name]}: add --set start_at=training or "
                "--set start_at=evaluation"
            )
    if reviews is None and "reviews" not in document:
        raise InvalidArgument(
            "Give a file of reviews, or continue from an earlier run: "
            "--set start_at=training --set from_run=NAME"
        )
    if reviews is not None and "reviews" in document:
        raise InvalidArgument(f"Give either {reviews} or --set reviews={document['reviews']}")
    _check_input({"reviews": _PLACEHOLDER, **document})


def parse_fields(assignments: Iterable[str]) -> dict[str, Any]:
    """Turns `training.epochs=3` into {"training": {"epochs": 3}}.

    The values of numbers and switches are parsed as JSON, all others are text. Raises
    InvalidArgument for an unknown field, with the known ones, for one that is given twice, and for
    a value that the field does not allow.
    """
    document: dict[str, Any] = {}
    for assignment in assignments:
        path, equals, text = assignment.partition("=")
        group, dot, leaf = path.partition(".")
        if not equals or not group or bool(dot) != bool(leaf):
            raise InvalidArgument(
                f"--set {assignment}: write it as FIELD=VALUE or GROUP.FIELD=VALUE"
            )
        _check_name(path, group, leaf)
        value = _json_or_text(text) if group in _IN_JSON else text
        _check_value(assignment, group, {leaf: value} if leaf else value)
        place = document.setdefault(group, {}) if leaf else document
        name = leaf or group
        if name in place:
            raise InvalidArgument(f"--set {assignment}: {path} is given twice")
        place[name] = value
    return document


def _check_name(path: str, group: str, leaf: str) -> None:
    known = leaf in GROUPS.get(group, ()) if leaf else group in FIELDS
    if not known:
        raise InvalidArgument(f"--set {path}: there is no such field; allowed is {_names()}")


def _names() -> str:
    grouped = (f"{group}.{name}" for group, names in GROUPS.items() for name in names)
    return ", ".join([*FIELDS, *grouped])


def _check_value(assignment: str, field: str, value: Any) -> None:
    try:
        check_field(field, value)
    except InvalidInput as error:
        raise InvalidArgument(f"--set {assignment}: {error.rule}") from error


def _check_input(document: dict[str, Any]) -> None:
    try:
        check_input(document)
    except InvalidInput as error:
        raise InvalidArgument(str(error)) from error


def _json_or_text(text: str) -> Any:
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return text
