"""Ends a scoring, well or not: stops its job, deletes the models that were made for it.

What fails leads here, too, and then the function fails with the reason. After a redrive it is
called again, sees that, and lets the execution start anew.
"""

import logging
from typing import Any

import boto3
from botocore.exceptions import ClientError

from contract import names
from contract.names import resource_name, run_id
from shared.environment import Environment
from shared.errors import Throttled, is_transient, shorten, translate_errors

ENVIRONMENT = Environment.read()
SAGEMAKER = boto3.client("sagemaker")
_LOGGER = logging.getLogger()
_NO_REASON = "AWS gave no reason; the log of the job may have one"


class ScoringFailed(Exception):
    """The transform job failed, or could not be started; the message is the reason."""


@translate_errors
def handler(event: dict[str, Any], _context: object) -> dict[str, Any]:
    made = [
        resource_name(ENVIRONMENT.name, names.TRANSFORM, run_id(event["execution"]), attempt)
        for attempt in range(1, event["attempt"] + 1)
    ]
    if not event["failed"]:
        delete_models(SAGEMAKER, made)
        return {}
    stop_job(SAGEMAKER, made[-1])
    delete_models(SAGEMAKER, made)
    if event["redrive_count"] > event["redrives"]:
        return {"redrives": event["redrive_count"]}
    raise ScoringFailed(shorten(event["reason"] or event["error"] or _NO_REASON))


def stop_job(client: Any, name: str) -> None:
    """A job that has ended or was never started cannot be stopped, and need not."""
    try:
        client.stop_transform_job(TransformJobName=name)
    except ClientError as error:
        _forgive(error)


def delete_models(client: Any, made: list[str]) -> None:
    """A job that runs has loaded its model. One that is gone need not be deleted."""
    for name in made:
        try:
            client.delete_model(ModelName=name)
        except ClientError as error:
            _forgive(error)


def _forgive(error: ClientError) -> None:
    """Raises Throttled where AWS may do later what it refuses now."""
    if is_transient(error):
        raise Throttled(str(error)) from error
    _LOGGER.info("%s", error)
