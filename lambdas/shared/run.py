"""A run: one execution of the state machine, its names, and the requests made for it.

Requests are compiled at synth by the SageMaker SDK and hold {placeholders} for what only an
execution knows.
"""

import hashlib
import re
from typing import Any

Document = dict[str, Any]
_LONGEST_ID = 24
_HASH = 6


def run_id(execution: str) -> str:
    """An execution's name as part of resource names: lower case, hyphens, at most 24 characters.

    A name that had to be changed ends in a hash of the original, so two never meet.
    """
    plain = re.sub(r"[^a-z0-9]+", "-", execution.lower()).strip("-")
    if plain == execution and len(plain) <= _LONGEST_ID:
        return plain
    digest = hashlib.sha256(execution.encode()).hexdigest()[:_HASH]
    return f"{plain[: _LONGEST_ID - _HASH - 1].strip('-')}-{digest}".strip("-")


def resource_name(run: Document, step: str, attempt: int) -> str:
    """reviews-{environment}-{step}-{run id}-{attempt}; at most 63 characters up to attempt 999.

    A name serves one attempt: SageMaker never gives the name of a job again.
    """
    return f"reviews-{run['environment']}-{step}-{run['id']}-{attempt}"


EXECUTION_TAG = "reviews:execution"


def tags(run: Document) -> list[dict[str, str]]:
    return [
        {"Key": "reviews:environment", "Value": run["environment"]},
        {"Key": "reviews:run", "Value": run["id"]},
        {"Key": EXECUTION_TAG, "Value": run["execution"]},
    ]


def fill(request: Any, run: Document, **more: str) -> Any:
    """The request with its placeholders replaced by this run's values."""
    values = {
        "run_id": run["id"],
        "run_prefix": run["prefix"],
        "code": run["code"],
        "reviews": run["reviews"],
        "features": run["features"],
        "base_model": run["base_model"],
        "event_time": run["event_time"],
        **{f"{name}_column": value for name, value in run["columns"].items()},
        "max_rejected_share": str(run["max_rejected_share"]),
        **{name: str(value) for name, value in run["training"].items()},
        **more,
    }
    return _replace(request, values)


def _replace(part: Any, values: dict[str, str]) -> Any:
    if isinstance(part, str):
        # In one pass: a value that itself looks like a placeholder stays what it is.
        return re.sub(r"\{(\w+)\}", lambda found: values.get(found[1], found[0]), part)
    if isinstance(part, list):
        return [_replace(item, values) for item in part]
    if isinstance(part, dict):
        return {key: _replace(value, values) for key, value in part.items()}
    return part
