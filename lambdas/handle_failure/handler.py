"""The one way in which an execution fails: stop its job, write down why, tell people, fail.

Failing here and not in a Fail state is what makes a redrive useful: it runs this function again,
which sees that, and lets the state machine go on with the step that failed.
"""

import json
import logging
import shlex
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import boto3
from advice import NEW_RUN, REDRIVE, advice
from botocore.exceptions import BotoCoreError, ClientError

from contract import s3_keys
from contract.names import environment_name, run_id
from contract.steps import Step
from shared.environment import Environment
from shared.steps import Throttled, is_transient, shorten, step

ENVIRONMENT = Environment.read()
SAGEMAKER = boto3.client("sagemaker")
S3 = boto3.client("s3")
SNS = boto3.client("sns")
_LOGGER = logging.getLogger()
_LONGEST_SUBJECT = 100
_NO_REASON = "AWS gave no reason; the log may have one"


class StepFailed(Exception):
    """The base of classes with the names of the steps, which are the errors of executions."""


@step
def handler(event: dict[str, Any], _context: object) -> dict[str, int]:
    failure = describe(event)
    stop_job(failure)  # also after a redrive, in case that the handling before did not come to it
    if event["redrive_count"] > event["redrives"]:
        return {"redrives": event["redrive_count"]}
    for action in (record, tell):
        _try(action, failure)
    raise type(Step(failure["step"]).error, (StepFailed,), {})(cause(failure))


def describe(event: dict[str, Any]) -> dict[str, Any]:
    """What is recorded; Prepare may have failed, and then there is no run yet."""
    name = event["execution"].rpartition(":")[2]
    reason = shorten(event["reason"] or event["error"] or _NO_REASON)
    return {
        "run": event["run"].get("id") or run_id(name),
        "execution": event["execution"],
        "step": event["step"],
        "reason": reason,
        "advice": advice(Step(event["step"]), event["error"], reason),
        "job": event["job"],
        "time": datetime.now(UTC).isoformat(timespec="seconds"),
    }


def cause(failure: dict[str, Any]) -> str:
    """Of the execution's end: step, reason, and whether a redrive is in vain."""
    told = f"{Step(failure['step']).title}: {failure['reason']}"
    return f"{told.rstrip('. ')}. {NEW_RUN}" if failure["advice"] == NEW_RUN else told


def stop_job(failure: dict[str, Any]) -> None:
    """A job that failed or was never started cannot be stopped, and need not.

    Where AWS has no time for it, the function fails and is called again: no job may run on.
    """
    job = failure["job"]
    try:
        if job.get("kind") == "processing":
            SAGEMAKER.stop_processing_job(ProcessingJobName=job["name"])
        elif job.get("kind") == "training":
            SAGEMAKER.stop_training_job(TrainingJobName=job["name"])
    except ClientError as error:
        if is_transient(error):  # the last time, this is the end of the execution, which says why
            raise Throttled(f"{cause(failure)} (its job could not be stopped: {error})") from error
        _LOGGER.warning("stop_job", exc_info=True)


def record(failure: dict[str, Any]) -> None:
    key = f"{s3_keys.run_prefix(failure['run'])}/{s3_keys.FAILURE}"
    S3.put_object(
        Bucket=ENVIRONMENT.artefact_bucket, Key=key, Body=json.dumps(failure, indent=2).encode()
    )


def tell(failure: dict[str, Any]) -> None:
    title = Step(failure["step"]).title
    subject = f"{environment_name(ENVIRONMENT.name)}: run {failure['run']} failed in {title}"
    message = f"{failure['reason']}\n\n{failure['advice']}\n"
    if failure["advice"] == REDRIVE:
        command = "aws stepfunctions redrive-execution --execution-arn"
        message += f"{command} {shlex.quote(failure['execution'])}\n"
    SNS.publish(TopicArn=ENVIRONMENT.topic, Subject=subject[:_LONGEST_SUBJECT], Message=message)


def _try(action: Callable[[dict[str, Any]], None], failure: dict[str, Any]) -> None:
    """Nothing that goes wrong here may hide why the step failed."""
    try:
        action(failure)
    except (BotoCoreError, ClientError):
        _LOGGER.warning("%s", action.__name__, exc_info=True)
