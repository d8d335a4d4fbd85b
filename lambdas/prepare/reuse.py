"""Finds the steps that an execution can skip, because an earlier one has done the same work.

The key of a step is a hash of the request that its job would get, without the names of this run,
and of the content of what the job reads. So whatever is in the request counts: code, image,
instances, hyperparameters and other settings.
"""

import hashlib
import json
from typing import Any

from contract import s3_uri
from contract.steps import StartAt, Step
from shared import s3
from shared.inputs import is_in_s3
from shared.reuse import Result, find
from shared.run import Document, recipe, replace_placeholders

_REUSING = (StartAt.PROCESSING.value, StartAt.TRAINING.value)


def reusable(
    client: Any, bucket: str, run: Document, requests: dict[str, Any], *, wanted: bool
) -> Document:
    """The fields of the run that say what is reused, with `start_at` after that; always its keys.

    `requests` are the templates of the jobs. Nothing is reused unless it is `wanted`, or if
    something of it is gone.
    """
    if run["start_at"] not in _REUSING:
        return {}
    keys = step_keys(client, run, requests)
    from_the_file = run["start_at"] == StartAt.PROCESSING.value
    reused: Document = {}
    if wanted and (model := _find(client, bucket, keys, Step.TRAIN)):
        reused = _after(StartAt.EVALUATION, run, model)
    elif wanted and from_the_file and (features := _find(client, bucket, keys, Step.PROCESS)):
        reused = _after(StartAt.TRAINING, run, features)
    return {"keys": keys, **reused}


def step_keys(client: Any, run: Document, requests: dict[str, Any]) -> dict[str, str]:
    """Step → key. A training from the features of a run without a key has none."""
    base_model = content(client, run["base_model"]) if is_in_s3(run["base_model"]) else []
    if run["start_at"] == StartAt.TRAINING.value:
        processing = run.get("keys", {}).get(Step.PROCESS.value)
    else:
        reviews = content(client, run["reviews"])
        processing = _key(run, requests["processing"], reviews, base_model)
    if not processing:
        return {}
    # The search without the names of this run; of a training without one nothing changes.
    search = [{**run["tuning"], "job": ""}] if "tuning" in run else []
    training = _key(run, requests["training"], processing, base_model, *search)
    return {Step.PROCESS.value: processing, Step.TRAIN.value: training}


def content(client: Any, uri: str) -> list[list[Any]]:
    """The key, ETag and size of each object with this prefix. An ETag changes with the content:
    https://docs.aws.amazon.com/AmazonS3/latest/API/API_Object.html"""
    bucket, prefix = s3_uri.split(uri)
    pages = client.get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix=prefix)
    return [
        [entry["Key"], entry["ETag"], entry["Size"]]
        for page in pages
        for entry in page.get("Contents", [])
    ]


def _key(run: Document, template: Any, *inputs: Any) -> str:
    """The SHA-256 of what decides the step's result, in hexadecimal digits."""
    parts = [replace_placeholders(template, recipe(run)), *inputs]
    return hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()


def _find(client: Any, bucket: str, keys: dict[str, str], step: Step) -> Result | None:
    """The result of an earlier run's step, if all of it is still there."""
    found = find(client, bucket, keys[step.value]) if step.value in keys else None
    if found is None or not s3.list_uris(client, f"{found['features']}/test/"):
        return None
    model = found.get("model_data")
    return found if not model or s3.list_uris(client, model) else None


def _after(start: StartAt, run: Document, found: Result) -> Document:
    skipped = [Step.PROCESS, Step.FEATURES] if run["start_at"] == StartAt.PROCESSING.value else []
    if start is StartAt.EVALUATION:
        skipped.append(Step.TRAIN)
    return {
        "start_at": start.value,
        "features": found["features"],
        "model_data": found.get("model_data", ""),
        "reused": {step.value: found["run"] for step in skipped},
        **found.get("tuned", {}),
    }
