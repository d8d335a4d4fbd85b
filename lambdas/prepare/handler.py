"""Checks the execution's input, and makes the document of the run with its names and values."""

import json
from datetime import datetime
from pathlib import Path
from typing import Any

import account
import boto3
from code_bundle import upload_code
from reviews_file import check_object
from source_run import inherit

from contract import s3_keys, s3_uri
from contract.execution_input import STARTS, check_input
from contract.names import run_id
from shared.environment import Environment
from shared.steps import step

ENVIRONMENT = Environment.read()
CODE = Path(__file__).with_name("ml_code")
S3 = boto3.client("s3")
SAGEMAKER = boto3.client("sagemaker")
QUOTAS = boto3.client("service-quotas", config=account.PATIENCE)


@step
def handler(event: dict[str, Any], _context: object) -> dict[str, Any]:
    chosen = check_input(event["input"])
    run = make_run(ENVIRONMENT, chosen, event["execution"])
    if run["start_at"] == STARTS[0]:
        check_object(S3, run["reviews"])
    else:
        run |= inherit(S3, ENVIRONMENT, chosen)
    run["warnings"] = check_account(run, event["images"], force=event["force"])
    run["code"] = upload_code(S3, CODE, ENVIRONMENT.artefact_bucket)
    bucket, key = s3_uri.split(f"{run['prefix']}/{s3_keys.RUN}")
    S3.put_object(Bucket=bucket, Key=key, Body=json.dumps(run, indent=2).encode())
    return run


def check_account(run: dict[str, Any], images: list[dict[str, str]], *, force: bool) -> list[str]:
    """The warnings about the account. Raises AccountNotReady for what would make the run fail."""
    today = datetime.fromisoformat(run["started"]).date()
    problems = [
        *account.check_images(images, today),
        *account.check_quotas(QUOTAS, SAGEMAKER, ENVIRONMENT, run["start_at"]),
    ]
    return account.warnings(problems, force=force)


def make_run(
    environment: Environment, chosen: dict[str, Any], execution: dict[str, str]
) -> dict[str, Any]:
    """The document of the run of an execution, whose input was checked."""
    identity = run_id(execution["name"])
    prefix = f"s3://{environment.artefact_bucket}/{s3_keys.run_prefix(identity)}"
    return {
        "id": identity,
        "execution": execution["id"],
        "environment": environment.name,
        "started": execution["start_time"],
        "event_time": milliseconds(execution["start_time"]),
        "start_at": chosen.get("start_at", STARTS[0]),
        "prefix": prefix,
        "reviews": chosen.get("reviews", ""),
        "features": f"{prefix}/{s3_keys.FEATURES}",
        "model_data": "",
        "base_model": chosen.get("base_model", environment.base_model),
        "columns": environment.columns | chosen.get("columns", {}),
        "max_rejected_share": chosen.get("max_rejected_share", environment.max_rejected_share),
        "labels": environment.labels,
        "training": environment.training | chosen.get("training", {}),
    }


def milliseconds(moment: str) -> str:
    """An ISO 8601 time in UTC with exactly three decimals, which the Feature Store requires."""
    seconds, _, fraction = moment.removesuffix("Z").removesuffix("+00:00").partition(".")
    return f"{seconds}.{(fraction + '000')[:3]}Z"
