"""Registers the trained model, with its metrics and its lineage."""

import hashlib
import re
from typing import Any

import boto3

from shared.run import fill
from shared.steps import step

SAGEMAKER = boto3.client("sagemaker")
_LONGEST_VALUE = 256  # of CustomerMetadataProperties
_REFUSED = re.compile(r"[^\w .:/=+@-]")  # in their values, such as a bracket in a file's name
_LONGEST_DESCRIPTION = 1024


@step
def handler(event: dict[str, Any], _context: object) -> dict[str, Any]:
    request = make_request(event)
    arn: str = SAGEMAKER.create_model_package(**request)["ModelPackageArn"]
    return {
        "arn": arn,
        "version": int(arn.rpartition("/")[2]),
        "status": request["ModelApprovalStatus"],
    }


def make_request(event: dict[str, Any]) -> dict[str, Any]:
    """The request of CreateModelPackage. With the client token a repeated call, also after a
    redrive, returns the same version: a run has one model."""
    run, gate = event["run"], event["gate"]
    request: dict[str, Any] = fill(event["request"], run, model_data=event["model_data"])
    return {
        **request,
        "ModelApprovalStatus": approval_status(gate, needs_approval=event["needs_approval"]),
        "ModelPackageDescription": "; ".join(gate["missed"])[:_LONGEST_DESCRIPTION]
        or "passed the gate",
        "CustomerMetadataProperties": properties(run, gate),
        "ClientToken": _token(run["environment"], run["id"]),
    }


def approval_status(gate: dict[str, Any], *, needs_approval: bool) -> str:
    if not gate["passed"]:
        return "Rejected"
    return "PendingManualApproval" if needs_approval else "Approved"


def properties(run: dict[str, Any], gate: dict[str, Any]) -> dict[str, str]:
    """Metrics and lineage as CustomerMetadataProperties, whose values are strings."""
    values = {
        **gate["metrics"],
        "run": run["id"],
        "reviews": run["reviews"],
        "features": run["features"],
        "code": run["code"].rpartition("/")[2],
        "base_model": run["base_model"],
        **run["training"],
    }
    return {name: _REFUSED.sub("_", str(value))[:_LONGEST_VALUE] for name, value in values.items()}


def _token(*parts: object) -> str:
    return hashlib.sha256("/".join(map(str, parts)).encode()).hexdigest()[:32]
