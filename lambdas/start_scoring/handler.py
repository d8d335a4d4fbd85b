"""Starts the transform job that scores the parts of a file with a version of the model.

The job gets a model of its own, so that it needs no endpoint; end_scoring deletes it.
"""

from typing import Any

import boto3

from contract import names, s3_keys
from contract.execution_input import InvalidInput
from contract.scoring import check_scoring
from shared import s3
from shared.environment import Environment
from shared.errors import translate_errors
from shared.jobs import start_once
from shared.model_packages import newest_approved, version_arn
from shared.run import replace_placeholders, resource_name, run_id, tagged

ENVIRONMENT = Environment.read()
SAGEMAKER = boto3.client("sagemaker")
S3 = boto3.client("s3")


class ModelMissing(Exception):
    """There is no such version of the model, or its artefact is gone."""


@translate_errors
def handler(event: dict[str, Any], _context: object) -> dict[str, Any]:
    chosen = check_scoring(event["input"])
    scoring = scoring_document(ENVIRONMENT, chosen["input"], event["execution"])
    parts = find_parts(S3, scoring["input"])
    package = find_package(SAGEMAKER, S3, ENVIRONMENT.model_group, chosen.get("version"))
    name = resource_name(scoring, names.TRANSFORM, event["attempt"])
    model = model_request(event["model"], scoring, package, name)
    start_once(
        scoring,
        lambda: SAGEMAKER.create_model(**model),
        lambda: SAGEMAKER.describe_model(ModelName=name),
    )
    job = transform_job_request(event["transform"], scoring, name, parts=len(parts))
    start_once(
        scoring,
        lambda: SAGEMAKER.create_transform_job(**job),
        lambda: SAGEMAKER.describe_transform_job(TransformJobName=name),
    )
    return {**scoring, "job": name, "parts": len(parts), "version": package["version"]}


def scoring_document(
    environment: Environment, parts: str, execution: dict[str, str]
) -> dict[str, str]:
    """The document of the scoring, which has its names and places; `parts` is the prefix of its
    input. Raises InvalidInput for parts that the job's role may not read."""
    bucket = f"s3://{environment.artefact_bucket}"
    if not parts.startswith(f"{bucket}/{s3_keys.SCORINGS}/"):
        rule = f"{parts!r} must be below {bucket}/{s3_keys.SCORINGS}/"
        raise InvalidInput("input", rule, value=parts)
    identity = run_id(execution)
    return {
        "id": identity,
        "execution": execution["id"],
        "environment": environment.environment,
        "environment_name": environment.name,
        "started": execution["start_time"],
        "input": parts,
        "output": f"{bucket}/{s3_keys.scoring_prefix(identity)}/{s3_keys.SCORING_OUTPUT}/",
    }


def find_parts(client: Any, prefix: str) -> list[str]:
    """Raises InvalidInput where there is none: SageMaker would start instances for nothing."""
    parts = s3.list_uris(client, prefix)
    if not parts:
        raise InvalidInput("input", f"there is no object below {prefix}", value=prefix)
    return parts


def find_package(sagemaker: Any, storage: Any, group: str, version: int | None) -> dict[str, Any]:
    """Version, image and artefact of a version, or of the newest approved one. Raises
    ModelMissing."""
    if version is None:
        arn, missing = newest_approved(sagemaker, group), f"no version of {group} is approved yet"
    else:
        arn, missing = version_arn(sagemaker, group, version), f"{group} has no version {version}"
    if not arn:
        raise ModelMissing(missing)
    found = sagemaker.describe_model_package(ModelPackageName=arn)
    container = found["InferenceSpecification"]["Containers"][0]
    number, artefact = int(arn.rpartition("/")[2]), container["ModelDataUrl"]
    if not s3.exists(storage, artefact):
        raise ModelMissing(f"the artefact of version {number} is gone: {artefact}")
    return {"version": number, "image": container["Image"], "model_data": artefact}


def model_request(
    template: dict[str, Any], scoring: dict[str, str], package: dict[str, Any], name: str
) -> dict[str, Any]:
    """CreateModel. The image is that of the package: its artefact has packages for that Python."""
    values = {"model": name, "model_data": package["model_data"]}
    request: dict[str, Any] = replace_placeholders(template, values)
    container = {**request["PrimaryContainer"], "Image": package["image"]}
    return tagged({**request, "PrimaryContainer": container}, scoring)


def transform_job_request(
    template: dict[str, Any], scoring: dict[str, str], name: str, *, parts: int
) -> dict[str, Any]:
    """CreateTransformJob. SageMaker gives each instance whole parts, so that there are never more
    instances than parts."""
    values = {"model": name, "input": scoring["input"], "output": scoring["output"]}
    request: dict[str, Any] = replace_placeholders(template, values)
    resources = request["TransformResources"]
    count = min(parts, resources["InstanceCount"])
    job = {"TransformJobName": name, "TransformResources": {**resources, "InstanceCount": count}}
    return tagged({**request, **job}, scoring)
