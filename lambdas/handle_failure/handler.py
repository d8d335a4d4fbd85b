"""Handles the failure of an execution: stops its job, records the reason, notifies, and fails.

It fails here and not in a Fail state so that a redrive runs this function again, which detects the
redrive and lets the state machine continue with the step that failed.
"""

import logging
import shlex
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import boto3
from advice import advice
from botocore.exceptions import BotoCoreError, ClientError

from contract import s3_keys
from contract.advice import NEW_RUN, REDRIVE
from contract.names import run_id
from contract.steps import JobKind, Step
from shared import s3
from shared.environment import Environment
from shared.errors import Throttled, translate_errors
from shared.failed_execution import is_redriven, reason_of
from shared.running_jobs import stop_if_running

ENVIRONMENT = Environment.read()
SAGEMAKER = boto3.client("sagemaker")
S3 = boto3.client("s3")
SNS = boto3.client("sns")
_LOGGER = logging.getLogger()
_LONGEST_SUBJECT = 100


class StepFailed(Exception):
    """The base of classes with the names of the steps, which are the errors of executions."""


@translate_errors
def handler(event: dict[str, Any], _context: object) -> dict[str, int]:
    failure = describe(event)
    stop_job(failure)  # also after a redrive, since the earlier call may have been interrupted
    if is_redriven(event):
        return {"redrives": event["redrive_count"]}
    for action in (record, notify):
        _try(action, failure)
    raise type(Step(failure["step"]).error, (StepFailed,), {})(cause(failure))


def describe(event: dict[str, Any]) -> dict[str, Any]:
    """The document of the failure. If Prepare has failed, there is no run yet."""
    name = event["execution"].rpartition(":")[2]
    reason = reason_of(event)
    return {
        "run": event["run"].get("id") or run_id(name),
        "execution": event["execution"],
        "step": event["step"],
        "reason": reason,
        "advice": advice(
            Step(event["step"]),
            event["error"],
            reason,
            status=event["status"],
            job_error=event["job_error"],
        ),
        "job": event["job"],
        "time": datetime.now(UTC).isoformat(timespec="seconds"),
    }


def cause(failure: dict[str, Any]) -> str:
    """The cause of the execution: the step, the reason, and the advice where a redrive cannot
    help."""
    text = f"{Step(failure['step']).title}: {failure['reason']}"
    return f"{text.rstrip('. ')}. {NEW_RUN}" if failure["advice"] == NEW_RUN else text


def stop_job(failure: dict[str, Any]) -> None:
    """Stops the job of the step, if it has one. Raises Throttled after a transient error."""
    job = failure["job"]
    if not job.get("kind"):
        return
    try:
        stop_if_running(SAGEMAKER, JobKind(job["kind"]), job["name"])
    except ClientError as error:  # after the last retry, this is the cause of the execution
        raise Throttled(f"{cause(failure)} (its job could not be stopped: {error})") from error


def record(failure: dict[str, Any]) -> None:
    prefix = f"s3://{ENVIRONMENT.artefact_bucket}/{s3_keys.run_prefix(failure['run'])}"
    s3.write_json(S3, f"{prefix}/{s3_keys.FAILURE}", failure)


def notify(failure: dict[str, Any]) -> None:
    title = Step(failure["step"]).title
    subject = f"{ENVIRONMENT.name}: run {failure['run']} failed in {title}"
    message = f"{failure['reason']}\n\n{failure['advice']}\n"
    if failure["advice"] == REDRIVE:
        arn = failure["execution"]
        command = f"aws stepfunctions redrive-execution --region {arn.split(':')[3]}"
        message += f"{command} --execution-arn {shlex.quote(arn)}\n"
    SNS.publish(TopicArn=ENVIRONMENT.topic, Subject=subject[:_LONGEST_SUBJECT], Message=message)


def _try(action: Callable[[dict[str, Any]], None], failure: dict[str, Any]) -> None:
    """Calls it; an error is logged only, so that it does not hide the reason of the failure."""
    try:
        action(failure)
    except (BotoCoreError, ClientError):
        _LOGGER.warning("%s", action.__name__, exc_info=True)
