"""Checks the execution's input and names everything the run will make."""

from pathlib import Path
from typing import Any

import boto3
from code_bundle import upload_code
from execution_input import check_input, check_object

from common.environment import Environment
from common.run import run_id

ENVIRONMENT = Environment.read()
CODE = Path(__file__).with_name("ml_code")
S3 = boto3.client("s3")


def handler(event: dict[str, Any], _context: object) -> dict[str, Any]:
    run = make_run(ENVIRONMENT, event["input"], event["execution"])
    check_object(S3, run["reviews"])
    run["code"] = upload_code(S3, CODE, ENVIRONMENT.artefact_bucket)
    return run


def make_run(
    environment: Environment, request: dict[str, Any], execution: dict[str, str]
) -> dict[str, Any]:
    """The run of an execution. Raises InvalidInput."""
    chosen = check_input(request)
    identity = run_id(execution["name"])
    return {
        "id": identity,
        "environment": environment.name,
        "event_time": milliseconds(execution["start_time"]),
        "prefix": f"s3://{environment.artefact_bucket}/runs/{identity}",
        "reviews": chosen["reviews"],
        "base_model": chosen.get("base_model", environment.base_model),
        "columns": environment.columns | chosen.get("columns", {}),
        "training": environment.training | chosen.get("training", {}),
    }


def milliseconds(moment: str) -> str:
    """An ISO-8601 time in UTC with exactly three decimals, as the Feature Store wants it."""
    seconds, _, fraction = moment.removesuffix("Z").removesuffix("+00:00").partition(".")
    return f"{seconds}.{(fraction + '000')[:3]}Z"
