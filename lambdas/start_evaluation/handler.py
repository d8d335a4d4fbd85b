"""Starts the processing job that evaluates the trained model and the champion on the test split."""

from typing import Any

import boto3

from contract.steps import JobKind, StartAt, Step
from shared import s3
from shared.environment import Environment
from shared.errors import translate_errors
from shared.inputs import processing_input
from shared.jobs import start_once
from shared.model_packages import newest_approved
from shared.reuse import record
from shared.run import fill, resource_name, tagged

ENVIRONMENT = Environment.read()
SAGEMAKER = boto3.client("sagemaker")
S3 = boto3.client("s3")


@translate_errors
def handler(event: dict[str, Any], _context: object) -> dict[str, str]:
    request = processing_job_request(event, find_champion(SAGEMAKER, S3, ENVIRONMENT.model_group))
    name, model = request["ProcessingJobName"], event["model_data"]
    record(S3, ENVIRONMENT.artefact_bucket, event["run"], Step.TRAIN, model_data=model)
    start_once(
        event["run"],
        lambda: SAGEMAKER.create_processing_job(**request),
        lambda: SAGEMAKER.describe_processing_job(ProcessingJobName=name),
    )
    return {"kind": JobKind.PROCESSING.value, "name": name}


def processing_job_request(event: dict[str, Any], champion: str) -> dict[str, Any]:
    """CreateProcessingJob for the evaluation; `champion` is an artefact, or empty."""
    run, arguments = event["run"], []
    request: dict[str, Any] = fill(event["request"], run, model_data=event["model_data"])
    if run["start_at"] == StartAt.PROMOTION.value:
        # The token ids of these features may be those of another base model.
        arguments.append("--from-texts")
    if champion:
        source = processing_input("champion", champion)
        arguments.append(f"--champion={source['S3Input']['LocalPath']}")
        request["ProcessingInputs"] = [*request["ProcessingInputs"], source]
    application = request["AppSpecification"]
    arguments = [*application["ContainerArguments"], *arguments]
    request["AppSpecification"] = {**application, "ContainerArguments": arguments}
    name = resource_name(run, Step.EVALUATE.value, event["attempt"])
    return tagged({**request, "ProcessingJobName": name}, run)


def find_champion(sagemaker: Any, storage: Any, group: str) -> str:
    """The artefact of the newest approved model; empty if there is none, or it was deleted."""
    arn = newest_approved(sagemaker, group)
    if not arn:
        return ""
    package = sagemaker.describe_model_package(ModelPackageName=arn)
    artefact: str = package["InferenceSpecification"]["Containers"][0]["ModelDataUrl"]
    return artefact if s3.exists(storage, artefact) else ""
