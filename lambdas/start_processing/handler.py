"""Starts the processing job that turns reviews into features."""

from typing import Any

import boto3

from contract.steps import JobKind, Step
from shared.errors import translate_errors
from shared.inputs import PROCESSING_PATH, is_in_s3, processing_input
from shared.jobs import start_once
from shared.run import fill, resource_name, tagged

SAGEMAKER = boto3.client("sagemaker")


@translate_errors
def handler(event: dict[str, Any], _context: object) -> dict[str, str]:
    run = event["run"]
    request = processing_job_request(run, event["request"], event["attempt"])
    name = request["ProcessingJobName"]
    start_once(
        run,
        lambda: SAGEMAKER.create_processing_job(**request),
        lambda: SAGEMAKER.describe_processing_job(ProcessingJobName=name),
    )
    return {"kind": JobKind.PROCESSING.value, "name": name}


def processing_job_request(
    run: dict[str, Any], template: dict[str, Any], attempt: int
) -> dict[str, Any]:
    """CreateProcessingJob for the run; `template` is compiled at synth."""
    uri = run["base_model"]
    more = {"base_model": PROCESSING_PATH} if is_in_s3(uri) else {}
    request: dict[str, Any] = fill(template, run, **more)
    if is_in_s3(uri):
        source = processing_input("base_model", uri)
        request["ProcessingInputs"] = [*request["ProcessingInputs"], source]
    name = resource_name(run, Step.PROCESS.value, attempt)
    return tagged({**request, "ProcessingJobName": name}, run)
