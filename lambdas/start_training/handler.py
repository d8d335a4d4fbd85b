"""Starts the training job."""

from typing import Any

import boto3

from shared.errors import translate_errors
from shared.inputs import TRAINING_PATH, is_in_s3, training_channel
from shared.jobs import start_once
from shared.run import fill, resource_name, tagged

SAGEMAKER = boto3.client("sagemaker")


@translate_errors
def handler(event: dict[str, Any], _context: object) -> dict[str, str]:
    run = event["run"]
    template = with_type(event["request"], event["instance_types"], event["capacity_waits"])
    request = make_request(run, template, event["attempt"])
    name = request["TrainingJobName"]
    start_once(
        run,
        lambda: SAGEMAKER.create_training_job(**request),
        lambda: SAGEMAKER.describe_training_job(TrainingJobName=name),
    )
    return {"kind": "training", "name": name}


def with_type(template: dict[str, Any], types: list[str], waits: int) -> dict[str, Any]:
    """The request with the next of the instance types for each time that AWS had none."""
    resources = {**template["ResourceConfig"], "InstanceType": types[waits % len(types)]}
    return {**template, "ResourceConfig": resources}


def make_request(run: dict[str, Any], template: dict[str, Any], attempt: int) -> dict[str, Any]:
    uri, name = run["base_model"], resource_name(run, "train", attempt)
    more = {"base_model": TRAINING_PATH} if is_in_s3(uri) else {}
    request: dict[str, Any] = fill(template, run, job=name, **more)
    if is_in_s3(uri):
        request["InputDataConfig"] = [*request["InputDataConfig"], training_channel(uri)]
    return tagged({**request, "TrainingJobName": name}, run)
