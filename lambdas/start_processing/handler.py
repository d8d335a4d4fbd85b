"""Starts the processing job that turns reviews into features."""

from typing import Any

import boto3

from common.inputs import PROCESSING_PATH, is_in_s3, processing_input
from common.jobs import start_once
from common.run import fill, resource_name, tags

SAGEMAKER = boto3.client("sagemaker")


def handler(event: dict[str, Any], _context: object) -> dict[str, str]:
    request = make_request(event["run"], event["request"])
    name = request["ProcessingJobName"]
    start_once(
        lambda: SAGEMAKER.create_processing_job(**request),
        lambda: SAGEMAKER.describe_processing_job(ProcessingJobName=name),
    )
    return {"name": name}


def make_request(run: dict[str, Any], template: dict[str, Any]) -> dict[str, Any]:
    uri = run["base_model"]
    more = {"base_model": PROCESSING_PATH} if is_in_s3(uri) else {}
    request: dict[str, Any] = fill(template, run, **more)
    if is_in_s3(uri):
        request["ProcessingInputs"] = [*request["ProcessingInputs"], processing_input(uri)]
    return {**request, "ProcessingJobName": resource_name(run, "process"), "Tags": tags(run)}
