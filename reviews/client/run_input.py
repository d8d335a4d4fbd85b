"""The input of an execution, from the command line."""

import json
from collections.abc import Iterable
from dataclasses import asdict, fields, replace
from pathlib import Path
from typing import Any

from infra.setting_error import SettingsError
from infra.settings import Columns, Recipe
from reviews.client import review_files, storage
from reviews.client.aws import Environment
from reviews.client.errors import InvalidArgument

# Fields without a group.
FIELDS = ("base_model", "from_run", "max_rejected_share", "model_data", "reviews", "start_at")
STARTS = ("processing", "training", "evaluation")
_FROM_RUN = ("from_run", "model_data")
_KINDS = {"int": "a whole number", "float": "a number"}
_TRAINING = {field.name: getattr(field.type, "__name__", "") for field in fields(Recipe)}
TRAINING = tuple(_TRAINING)
COLUMNS = tuple(field.name for field in fields(Columns))
GROUPS = {"training": TRAINING, "columns": COLUMNS}


def with_reviews(
    here: Environment, reviews: Path, document: dict[str, Any], *, detect_columns: bool
) -> dict[str, Any]:
    """The input with the file uploaded, once it is read by the rules of the preparation.

    Raises InvalidArgument for a file that the preparation would refuse.
    """
    settings = here.settings
    columns = replace(settings.columns, **document.get("columns", {}))
    if detect_columns:
        columns = review_files.detected(reviews, columns)
        document = {**document, "columns": asdict(columns)}
    limit = document.get("max_rejected_share", settings.max_rejected_share)
    review_files.examine(reviews, settings, columns, limit)
    uri = storage.upload_reviews(here.client("s3"), reviews, here.outputs.data_bucket)
    return {"reviews": uri, **document}


def check_start(document: dict[str, Any], reviews: Path | None) -> None:
    """Raises InvalidArgument where Prepare would refuse the input for what is there together."""
    start_at = document.get("start_at", STARTS[0])
    if start_at != STARTS[0]:
        if reviews is not None or "reviews" in document:
            raise InvalidArgument(
                f"{reviews or document['reviews']}: a run that starts at {start_at} takes what "
                "from_run has made, and no reviews"
            )
        if not document.get("from_run"):
            raise InvalidArgument(f"--set start_at={start_at}: add --set from_run=NAME")
        return
    for name in _FROM_RUN:
        if name in document:
            raise InvalidArgument(
                f"--set {name}={document[name]}: add --set start_at=training or "
                "--set start_at=evaluation"
            )
    if reviews is None and "reviews" not in document:
        raise InvalidArgument(
            "Give a file of reviews, or begin with what an earlier run made: "
            "--set start_at=training --set from_run=NAME"
        )
    if reviews is not None and "reviews" in document:
        raise InvalidArgument(f"Give either {reviews} or --set reviews={document['reviews']}")


def parse_settings(settings: Iterable[str]) -> dict[str, Any]:
    """Turns `training.epochs=3` into {"training": {"epochs": 3}}.

    A value is JSON where it reads as JSON, and text otherwise. Raises InvalidArgument for a field
    that no execution has, with those there are, and for a value that it cannot have.
    """
    document: dict[str, Any] = {}
    for setting in settings:
        path, equals, text = setting.partition("=")
        group, dot, leaf = path.partition(".")
        if not equals or not group or bool(dot) != bool(leaf):
            raise InvalidArgument(f"--set {setting}: write it as FIELD=VALUE or GROUP.FIELD=VALUE")
        _check_name(path, group, leaf)
        if path == "start_at" and text not in STARTS:
            raise InvalidArgument(f"--set {setting}: allowed is {', '.join(STARTS)}")
        if leaf:
            document.setdefault(group, {})[leaf] = _value(path, text, group, leaf)
        else:
            document[group] = _share(setting, text) if path == "max_rejected_share" else text
    return document


def _check_name(path: str, group: str, leaf: str) -> None:
    known = leaf in GROUPS.get(group, ()) if leaf else group in FIELDS
    if not known:
        raise InvalidArgument(f"--set {path}: there is no such field; allowed is {_names()}")


def _names() -> str:
    grouped = (f"{group}.{name}" for group, names in GROUPS.items() for name in names)
    return ", ".join([*FIELDS, *grouped])


def _value(path: str, text: str, group: str, leaf: str) -> Any:
    if group == "columns":
        if not text and leaf != "title":
            raise InvalidArgument(f"--set {path}=: must be the name of a column")
        return text
    value = _json_or_text(text)
    kind = _TRAINING[leaf]
    is_number = isinstance(value, int if kind == "int" else int | float)
    if not is_number or isinstance(value, bool):
        raise InvalidArgument(f"--set {path}={text}: must be {_KINDS[kind]}")
    try:
        Recipe(**{leaf: value})
    except SettingsError as error:
        raise InvalidArgument(f"--set {path}={text}: allowed is {error.allowed}") from error
    return value


def _share(setting: str, text: str) -> float:
    value = _json_or_text(text)
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= 1:
        raise InvalidArgument(f"--set {setting}: must be a number from 0 to 1")
    return value


def _json_or_text(text: str) -> Any:
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return text
