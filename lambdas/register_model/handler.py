"""Registers every trained model, with its metrics and where it came from."""

import hashlib
import re
from typing import Any

import boto3

from shared.run import fill
from shared.steps import step

SAGEMAKER = boto3.client("sagemaker")
_LONGEST_VALUE = 256  # of a package's own properties
_REFUSED = re.compile(r"[^\w .:/=+@-]")  # in them, such as a bracket in the name of a file
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
    """CreateModelPackage. The token makes a repeated call answer with the same version, also after
    a redrive: a run has one model."""
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
    """Metrics and lineage, as the registry keeps them: texts."""
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
