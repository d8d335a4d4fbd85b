"""Starts the training job."""

from typing import Any

import boto3

from contract.steps import JobKind, Step
from shared.errors import translate_errors
from shared.jobs import start_once
from shared.run import Document, resource_name
from shared.training_request import training_job_request

SAGEMAKER = boto3.client("sagemaker")


@translate_errors
def handler(event: dict[str, Any], _context: object) -> dict[str, str]:
    run = event["run"]
    name = resource_name(run, Step.TRAIN.value, event["attempt"])
    template = with_type(event["request"], event["instance_types"], event["capacity_waits"])
    request = training_job_request(run, template, name)
    start_once(
        run,
        lambda: SAGEMAKER.create_training_job(**request),
        lambda: SAGEMAKER.describe_training_job(TrainingJobName=name),
    )
    return {"kind": JobKind.TRAINING.value, "name": name}


def with_type(template: Document, types: list[str], waits: int) -> Document:
    """The request with the first of the instance types, or the next one for each time that AWS had
    no instances."""
    resources = {**template["ResourceConfig"], "InstanceType": types[waits % len(types)]}
    return {**template, "ResourceConfig": resources}
