"""A run: its resource names and tags, and its requests.

The requests are compiled at synth by the SageMaker SDK and have {placeholders} for the values of an
execution.
"""

import re
from typing import Any

from contract import names
from contract.execution_input import InvalidInput

Document = dict[str, Any]


def run_id(execution: Document) -> str:
    """The id of the run of an execution. Raises InvalidInput for a name that no tag may have."""
    name = execution["name"]
    if found := names.refused_in_tags(name):
        rule = f"{name!r} has {found!r}, which the tags of jobs may not have: start it as another"
        raise InvalidInput("name of the execution", rule, value=name)
    return names.run_id(name)


def resource_name(run: Document, kind: str, attempt: int) -> str:
    """The name of a resource that an attempt of the run creates."""
    return names.resource_name(run["environment_name"], kind, run["id"], attempt)


def tagged(request: Document, run: Document) -> Document:
    """The request with the tags of the run beside those of the settings, which it has."""
    return {**request, "Tags": [*request.get("Tags", ()), *tags(run)]}


def tags(run: Document) -> list[dict[str, str]]:
    return [
        {"Key": names.ENVIRONMENT_TAG, "Value": run["environment_name"]},
        {"Key": names.RUN_TAG, "Value": run["id"]},
        {"Key": names.EXECUTION_TAG, "Value": run["execution"]},
    ]


def fill(request: Any, run: Document, **more: str) -> Any:
    """The request with its placeholders replaced by this run's values."""
    values = {
        "run_id": run["id"],
        "run_prefix": run["prefix"],
        "features": run["features"],
        "event_time": run["event_time"],
        **recipe(run),
        **more,
    }
    return replace_placeholders(request, values)


def recipe(run: Document) -> dict[str, str]:
    """The values that change what a job makes; the others say for which run, and where."""
    return {
        "code": run["code"],
        "reviews": run["reviews"],
        "base_model": run["base_model"],
        **{f"{name}_column": value for name, value in run["columns"].items()},
        "max_rejected_share": str(run["max_rejected_share"]),
        **{name: str(value) for name, value in run["training"].items()},
    }


def with_own_image(container: dict[str, Any], run: Document) -> dict[str, Any]:
    """The container of a model, with the image of the version that a rollback deploys again."""
    return {**container, "Image": run["image"]} if "image" in run else container


def replace_placeholders(part: Any, values: dict[str, str]) -> Any:
    """A copy of a part of a request with the values in place of their {names}."""
    if isinstance(part, str):
        # In one pass, so that a value that looks like a placeholder is not replaced.
        return re.sub(r"\{(\w+)\}", lambda found: values.get(found[1], found[0]), part)
    if isinstance(part, list):
        return [replace_placeholders(item, values) for item in part]
    if isinstance(part, dict):
        return {key: replace_placeholders(value, values) for key, value in part.items()}
    return part
