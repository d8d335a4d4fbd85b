"""Starts the processing job that judges the trained model on the test split."""

from typing import Any

import boto3

from common.jobs import start_once
from common.run import fill, resource_name, tags

SAGEMAKER = boto3.client("sagemaker")


def handler(event: dict[str, Any], _context: object) -> dict[str, str]:
    request = make_request(event["run"], event["request"], event["model_data"])
    name = request["ProcessingJobName"]
    start_once(
        lambda: SAGEMAKER.create_processing_job(**request),
        lambda: SAGEMAKER.describe_processing_job(ProcessingJobName=name),
    )
    return {"name": name}


def make_request(run: dict[str, Any], template: dict[str, Any], model_data: str) -> dict[str, Any]:
    request: dict[str, Any] = fill(template, run, model_data=model_data)
    return {**request, "ProcessingJobName": resource_name(run, "evaluate"), "Tags": tags(run)}
