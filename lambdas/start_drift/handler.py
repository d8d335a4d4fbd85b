"""Starts the job that compares what the endpoint was asked in a period with the baseline of the
model that serves.

The period begins no earlier than the configuration of the endpoint, before which another model
answered.
"""

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import boto3

from contract import names, s3_keys, s3_uri
from contract.drift import check_drift
from contract.names import RUN_TAG, VARIANT, resource_name
from shared import s3
from shared.code_bundle import upload_code
from shared.endpoints import find_endpoint
from shared.environment import Environment
from shared.errors import translate_errors
from shared.jobs import start_once
from shared.run import replace_placeholders, run_id, tagged
from shared.stopped_endpoint import StoppedEndpointRecord

ENVIRONMENT = Environment.read()
CODE = Path(__file__).with_name("ml_code")
SAGEMAKER = boto3.client("sagemaker")
S3 = boto3.client("s3")


class EndpointMissing(Exception):
    """There is no endpoint, so that nothing was asked."""


class BaselineMissing(Exception):
    """The model that serves has no baseline: it was evaluated by an earlier version."""


@translate_errors
def handler(event: dict[str, Any], _context: object) -> dict[str, Any]:
    hours = check_drift(event["input"], hours=event["hours"])
    record = StoppedEndpointRecord(S3, ENVIRONMENT.artefact_bucket)
    serving = find_serving(SAGEMAKER, ENVIRONMENT.endpoint, record)
    drift = drift_document(ENVIRONMENT, event["execution"], serving, hours, event["ratings_days"])
    check_baseline(S3, drift)
    objects = find_objects(S3, ENVIRONMENT, drift)
    write_manifest(S3, ENVIRONMENT.artefact_bucket, drift, objects)
    name = resource_name(ENVIRONMENT.name, names.DRIFT, drift["id"], event["attempt"])
    code = upload_code(S3, CODE, ENVIRONMENT.artefact_bucket)
    request = processing_job_request(event["request"], drift, code, name)
    start_once(
        drift,
        lambda: SAGEMAKER.create_processing_job(**request),
        lambda: SAGEMAKER.describe_processing_job(ProcessingJobName=name),
    )
    return {**drift, "job": name, "objects": len(objects)}


def find_serving(client: Any, endpoint: str, record: StoppedEndpointRecord) -> dict[str, Any]:
    """The run of the model that serves, and since when; of a stopped endpoint, of the one that did.
    Raises EndpointMissing."""
    found = find_endpoint(client, endpoint)
    name = found["EndpointConfigName"] if found else _stopped_config(endpoint, record)
    config = client.describe_endpoint_config(EndpointConfigName=name)
    given = client.list_tags(ResourceArn=config["EndpointConfigArn"])["Tags"]
    run = next((tag["Value"] for tag in given if tag["Key"] == RUN_TAG), "")
    if not run:
        raise BaselineMissing(f"the configuration of {endpoint} has no tag {RUN_TAG}")
    return {"run": run, "since": config["CreationTime"]}


def _stopped_config(endpoint: str, record: StoppedEndpointRecord) -> str:
    stopped = record.read()
    if stopped is None:
        raise EndpointMissing(f"there is no endpoint {endpoint}: start a run")
    return stopped.config


def drift_document(
    environment: Environment,
    execution: dict[str, str],
    serving: dict[str, Any],
    hours: int,
    ratings_days: int,
) -> dict[str, str]:
    """The document of the report: its period, names and places; moments are ISO 8601."""
    end, identity = datetime.fromisoformat(execution["start_time"]), run_id(execution)
    prefix = f"s3://{environment.artefact_bucket}/{s3_keys.drift_prefix(end, identity)}"
    since = serving["since"].astimezone(UTC)
    return {
        "id": identity,
        "execution": execution["id"],
        "environment": environment.environment,
        "environment_name": environment.name,
        "started": execution["start_time"],
        "run": serving["run"],
        "start": max(since, end - timedelta(hours=hours)).isoformat(),
        "end": end.isoformat(),
        "rated_from": max(since, end - timedelta(days=ratings_days)).isoformat(),
        "report": prefix.rpartition("/")[2],
        "drift_prefix": prefix,
        "baseline": f"s3://{environment.artefact_bucket}/{s3_keys.run_prefix(serving['run'])}"
        f"/{s3_keys.BASELINE}",
    }


def check_baseline(client: Any, drift: dict[str, str]) -> None:
    """Raises BaselineMissing."""
    file = f"{drift['baseline']}/{s3_keys.BASELINE_FILE}"
    if not s3.exists(client, file):
        raise BaselineMissing(
            f"there is no {file}: {drift['run']}, whose model serves, was evaluated before there "
            "were baselines, or its objects were deleted; evaluate it again with a new run"
        )


def find_objects(client: Any, environment: Environment, drift: dict[str, str]) -> list[str]:
    """The keys of captured requests and of ratings. Where there are ratings, requests are read from
    the longer time in which they are joined."""
    start, end, rated_from = (
        datetime.fromisoformat(drift[name]) for name in ("start", "end", "rated_from")
    )
    bucket, ratings = environment.artefact_bucket, f"{s3_keys.FEEDBACK}/"
    after = s3_keys.feedback_key(rated_from, "")
    rated = list(_keys(client, bucket, ratings, after))
    first = rated_from if rated else start
    capture = s3_keys.capture_prefix(environment.endpoint, VARIANT)
    hour = s3_keys.hour_key(capture, first)
    last = s3_keys.hour_key(capture, end)
    captured = []
    for key in _keys(client, bucket, f"{capture}/", hour):
        if key[: len(last)] > last:
            break
        captured.append(key)
    return [*captured, *rated]


def _keys(client: Any, bucket: str, prefix: str, after: str) -> Iterator[str]:
    """Keys after `after` in the order of time, since a key has year, month, day and hour."""
    pages = client.get_paginator("list_objects_v2").paginate(
        Bucket=bucket, Prefix=prefix, StartAfter=after
    )
    return (entry["Key"] for page in pages for entry in page.get("Contents", []))


def write_manifest(client: Any, bucket: str, drift: dict[str, str], objects: list[str]) -> None:
    """The baseline is among the objects, so that a period without requests has an input, too."""
    baseline = f"{s3_uri.split(drift['baseline'])[1]}/{s3_keys.BASELINE_FILE}"
    document = [{"prefix": f"s3://{bucket}/"}, baseline, *objects]
    key = f"{s3_uri.split(drift['drift_prefix'])[1]}/{s3_keys.DRIFT_MANIFEST}"
    client.put_object(Bucket=bucket, Key=key, Body=json.dumps(document).encode())


def processing_job_request(
    template: dict[str, Any], drift: dict[str, str], code: str, name: str
) -> dict[str, Any]:
    """CreateProcessingJob for the report; `code` is the prefix of the job's scripts."""
    request: dict[str, Any] = replace_placeholders(template, {**drift, "code": code})
    run = {**drift, "id": drift["run"]}
    return tagged({**request, "ProcessingJobName": name}, run)
