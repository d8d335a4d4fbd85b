"""Ends a scoring: deletes the models that were made for it.

Every failure leads here, too: then it also stops the job and fails with the reason. After a redrive
it is called again, detects the redrive, and lets the execution start anew.
"""

import logging
from typing import Any

import boto3
from botocore.exceptions import ClientError

from contract import names
from contract.names import resource_name, run_id
from contract.steps import JobKind
from shared.environment import Environment
from shared.errors import is_transient, translate_errors
from shared.failed_execution import is_redriven, reason_of
from shared.running_jobs import stop_if_running

ENVIRONMENT = Environment.read()
SAGEMAKER = boto3.client("sagemaker")
_LOGGER = logging.getLogger()


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
    stop_if_running(SAGEMAKER, JobKind.TRANSFORM, made[-1])
    delete_models(SAGEMAKER, made)
    if is_redriven(event):
        return {"redrives": event["redrive_count"]}
    raise ScoringFailed(reason_of(event))


def delete_models(client: Any, made: list[str]) -> None:
    """A job that runs has loaded its model. One that is gone need not be deleted."""
    for name in made:
        try:
            client.delete_model(ModelName=name)
        except ClientError as error:
            if is_transient(error):
                raise
            _LOGGER.info("%s", error)
