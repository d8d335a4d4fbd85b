"""Registers the trained model, with its metrics and its lineage."""

import hashlib
import re
from typing import Any

import boto3

from shared.errors import translate_errors
from shared.run import fill, with_own_image

SAGEMAKER = boto3.client("sagemaker")
_LONGEST_VALUE = 256  # of CustomerMetadataProperties
_REFUSED = re.compile(r"[^\w .:/=+@-]")  # in their values, such as a bracket in a file's name
_LONGEST_DESCRIPTION = 1024


@translate_errors
def handler(event: dict[str, Any], _context: object) -> dict[str, Any]:
    request = model_package_request(event)
    arn: str = SAGEMAKER.create_model_package(**request)["ModelPackageArn"]
    return {
        "arn": arn,
        "version": int(arn.rpartition("/")[2]),
        "status": request["ModelApprovalStatus"],
    }


def model_package_request(event: dict[str, Any]) -> dict[str, Any]:
    """CreateModelPackage. With the client token a repeated call, also after a
    redrive, returns the same version: a run has one model."""
    run, gate = event["run"], event["gate"]
    request: dict[str, Any] = fill(event["request"], run, model_data=event["model_data"])
    inference = request["InferenceSpecification"]
    containers = [with_own_image(container, run) for container in inference["Containers"]]
    return {
        **request,
        "InferenceSpecification": {**inference, "Containers": containers},
        "ModelApprovalStatus": approval_status(gate, needs_approval=event["needs_approval"]),
        "ModelPackageDescription": description(run, gate)[:_LONGEST_DESCRIPTION],
        "CustomerMetadataProperties": properties(run, gate),
        "ClientToken": _token(run["environment_name"], run["id"]),
    }


def description(run: dict[str, Any], gate: dict[str, Any]) -> str:
    """What the lists of the registry show: the rules that the model missed, and its origin."""
    parts = gate["missed"] or ["passed the gate"]
    if "rolled_back_to" in run:
        parts = [f"version {run['rolled_back_to']['version']} again, by a rollback"]
    elif "promoted_from" in run:
        found = run["promoted_from"]
        parts = [*parts, f"version {found['version']} of {found['environment']}"]
    return "; ".join(parts)


def approval_status(gate: dict[str, Any], *, needs_approval: bool) -> str:
    if not gate["passed"]:
        return "Rejected"
    return "PendingManualApproval" if needs_approval else "Approved"


def properties(run: dict[str, Any], gate: dict[str, Any]) -> dict[str, str]:
    """Metrics and lineage as CustomerMetadataProperties, whose values are strings of at least one
    character."""
    values = {
        **gate["metrics"],
        "run": run["id"],
        "reviews": run["reviews"],
        "features": run["features"],
        "code": run["code"].rpartition("/")[2],
        "base_model": run["base_model"],
        **run["training"],
        **origin(run),
    }
    texts = {name: _REFUSED.sub("_", str(value)) for name, value in values.items()}
    return {name: text[:_LONGEST_VALUE] for name, text in texts.items() if text}


def origin(run: dict[str, Any]) -> dict[str, Any]:
    """The origin of a model that this run has not trained; empty for one that it has."""
    values: dict[str, Any] = {}
    if found := run.get("promoted_from"):
        values = {
            "from_environment": found["environment"],
            "from_run": found["run"],
            "from_version": found["version"],
            "from_package": found["package"],
            "sha256": found["sha256"],
            "code": found["code"].rpartition("/")[2],
        }
    if found := run.get("rolled_back_to"):
        values["rollback_to"] = found["version"]
    return values


def _token(*parts: object) -> str:
    return hashlib.sha256("/".join(map(str, parts)).encode()).hexdigest()[:32]
