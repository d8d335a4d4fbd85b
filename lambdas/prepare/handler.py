"""Checks the execution's input, and makes the document of the run with its names and values."""

from datetime import datetime
from pathlib import Path
from typing import Any

import account
import boto3
from own_reviews import newest_features
from promotion import open_source, promote
from reuse import reusable
from reviews_file import check_object
from rollback import roll_back
from search import searched
from source_run import inherit

from contract import s3_keys
from contract.execution_input import STARTS, check_input, check_roles
from contract.steps import StartAt
from shared import s3
from shared.code_bundle import upload_code
from shared.environment import Environment
from shared.errors import translate_errors
from shared.run import run_id

ENVIRONMENT = Environment.read()
CODE = Path(__file__).with_name("ml_code")
S3 = boto3.client("s3")
SAGEMAKER = boto3.client("sagemaker")
STATES = boto3.client("stepfunctions")
STS = boto3.client("sts")
QUOTAS = boto3.client("service-quotas", config=account.PATIENCE)


@translate_errors
def handler(event: dict[str, Any], _context: object) -> dict[str, Any]:
    chosen = check_input(event["input"])
    run = run_document(ENVIRONMENT, chosen, event["execution"])
    run |= find_source(run, chosen, event)
    run |= searched(run, chosen)
    bucket = ENVIRONMENT.artefact_bucket
    if "code" not in run:
        run["code"] = upload_code(S3, CODE, bucket)
    run |= reusable(S3, bucket, run, event["requests"], wanted=chosen.get("reuse", True))
    run["warnings"] = check_account(run, event)
    s3.write_json(S3, f"{run['prefix']}/{s3_keys.RUN}", run)
    return run


def find_source(
    run: dict[str, Any], chosen: dict[str, Any], event: dict[str, Any]
) -> dict[str, Any]:
    """The fields of the run that come from what it begins with, which is looked at."""
    image, prefix = event["serving_image"], run["prefix"]
    match StartAt(run["start_at"]):
        case StartAt.PROCESSING:
            check_object(S3, run["reviews"])
            return {}
        case StartAt.PROMOTION:
            return find_promoted(run, chosen, event)
        case StartAt.ROLLBACK:
            group, number = ENVIRONMENT.model_group, chosen["version"]
            return roll_back(S3, SAGEMAKER, group=group, number=number, prefix=prefix, image=image)
    return inherit(S3, ENVIRONMENT, chosen)


def find_promoted(
    run: dict[str, Any], chosen: dict[str, Any], event: dict[str, Any]
) -> dict[str, Any]:
    """A model of another environment, with this environment's test split if the settings want an
    evaluation."""
    name, sources = chosen["from_environment"], event["sources"]
    source = open_source(STS, sources, name, run["id"])
    group, image = sources[name]["group"], event["serving_image"]
    found = promote(source, chosen, group=group, prefix=run["prefix"], image=image)
    if event["evaluates"]:
        found["features"] = newest_features(
            STATES,
            S3,
            bucket=ENVIRONMENT.artefact_bucket,
            execution=run["execution"],
            labels=found["labels"],
        )
    return found


def check_account(run: dict[str, Any], event: dict[str, Any]) -> list[str]:
    """The warnings about the account. Raises AccountNotReady for what would make the run fail.

    A rollback does not wait for newer images: it takes the one that has served the version.
    """
    today, start_at = datetime.fromisoformat(run["started"]).date(), run["start_at"]
    images = [] if start_at == StartAt.ROLLBACK.value else event["images"]
    unused = account.unused_jobs(start_at, evaluates=event["evaluates"])
    parallel = run.get("tuning", {}).get("parallel", 1)
    problems = [
        *account.check_images(images, today),
        *account.check_quotas(QUOTAS, SAGEMAKER, ENVIRONMENT, unused, parallel=parallel),
        *(account.check_endpoint(SAGEMAKER, ENVIRONMENT) if event["is_serverless"] else ()),
    ]
    return account.warnings(problems, force=event["force"])


def run_document(
    environment: Environment, chosen: dict[str, Any], execution: dict[str, str]
) -> dict[str, Any]:
    """The document of the run of an execution, whose input was checked. Raises InvalidInput for
    columns that exclude each other."""
    identity = run_id(execution)
    prefix = f"s3://{environment.artefact_bucket}/{s3_keys.run_prefix(identity)}"
    columns = environment.columns | chosen.get("columns", {})
    check_roles(columns)
    return {
        "id": identity,
        "execution": execution["id"],
        "environment": environment.environment,
        "environment_name": environment.name,
        "started": execution["start_time"],
        "event_time": milliseconds(execution["start_time"]),
        "start_at": chosen.get("start_at", STARTS[0]),
        "prefix": prefix,
        "reviews": chosen.get("reviews", ""),
        "features": f"{prefix}/{s3_keys.FEATURES}",
        "model_data": "",
        "base_model": chosen.get("base_model", environment.base_model),
        "columns": columns,
        "max_rejected_share": chosen.get("max_rejected_share", environment.max_rejected_share),
        "labels": environment.labels,
        "training": environment.training | chosen.get("training", {}),
    }


def milliseconds(moment: str) -> str:
    """An ISO 8601 time in UTC with exactly three decimals, which the Feature Store requires."""
    seconds, _, fraction = moment.removesuffix("Z").removesuffix("+00:00").partition(".")
    return f"{seconds}.{(fraction + '000')[:3]}Z"
