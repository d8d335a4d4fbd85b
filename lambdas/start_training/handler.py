"""Starts the training job."""

from typing import Any

import boto3

from shared.inputs import TRAINING_PATH, is_in_s3, training_channel
from shared.jobs import start_once
from shared.run import fill, resource_name, tags
from shared.steps import step

SAGEMAKER = boto3.client("sagemaker")


@step
def handler(event: dict[str, Any], _context: object) -> dict[str, str]:
    run = event["run"]
    request = make_request(run, event["request"], event["attempt"])
    name = request["TrainingJobName"]
    start_once(
        run,
        lambda: SAGEMAKER.create_training_job(**request),
        lambda: SAGEMAKER.describe_training_job(TrainingJobName=name),
    )
    return {"kind": "training", "name": name}


def make_request(run: dict[str, Any], template: dict[str, Any], attempt: int) -> dict[str, Any]:
    uri, name = run["base_model"], resource_name(run, "train", attempt)
    more = {"base_model": TRAINING_PATH} if is_in_s3(uri) else {}
    request: dict[str, Any] = fill(template, run, job=name, **more)
    if is_in_s3(uri):
        request["InputDataConfig"] = [*request["InputDataConfig"], training_channel(uri)]
    return {**request, "TrainingJobName": name, "Tags": tags(run)}
