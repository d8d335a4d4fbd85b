"""Stops the jobs of an execution that has ended without handling it: somebody stopped it in the
console of Step Functions, or its own handling has failed.

An ended execution leaves its jobs running: Step Functions ends only what it waits for itself
(`.sync`), and these state machines ask SageMaker how far a job is. EventBridge calls this function
with "Step Functions Execution Status Change", which AWS delivers as well as it can
(https://docs.aws.amazon.com/eventbridge/latest/ref/events-ref-states.html).
"""

import logging
import time
from collections.abc import Mapping, Sequence
from typing import Any

import boto3
from botocore.exceptions import ClientError

from contract import names
from contract.names import drift_name, resource_name, run_id, scoring_name, tuning_job_prefix
from contract.steps import STEPS_WITH_A_JOB, JobKind
from shared.environment import Environment
from shared.errors import is_transient, translate_errors
from shared.running_jobs import named, stop_running

ENVIRONMENT = Environment.read()
SAGEMAKER = boto3.client("sagemaker")
STATES = boto3.client("stepfunctions")
_LOGGER = logging.getLogger()
_PAUSE_SECONDS = 10
_RESERVE_SECONDS = 15  # for the last look
_EVENTS = 10
_ENDS = ("ExecutionAborted", "ExecutionFailed", "ExecutionTimedOut")
_CALLS = ("TaskScheduled", "TaskStarted")


@translate_errors
def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """The names of the jobs that were stopped, and of the models that were deleted."""
    detail = event["detail"]
    execution, run = detail["executionArn"], run_id(detail["name"])
    kinds = kinds_of(ENVIRONMENT.name, detail["stateMachineArn"])
    stopped: list[str] = []
    while not is_redriven(STATES, execution):
        stopped = stop(SAGEMAKER, ENVIRONMENT.name, run, kinds)
        is_over = context.get_remaining_time_in_millis() < _RESERVE_SECONDS * 1000
        if stopped or is_over or not may_start_a_job(STATES, execution):
            break
        time.sleep(_PAUSE_SECONDS)
    else:
        return {"jobs": [], "models": []}
    models = delete_models(SAGEMAKER, ENVIRONMENT.name, run, kinds)
    _LOGGER.info("stopped %s, deleted %s", stopped, models)
    return {"jobs": stopped, "models": models}


def kinds_of(name: str, machine: str) -> Mapping[JobKind, Sequence[str]]:
    """The kinds of jobs that executions of the state machine start, and how they are named."""
    own: dict[JobKind, list[str]] = {}
    for one in STEPS_WITH_A_JOB:
        if one.job:
            own.setdefault(one.job, []).append(one.value)
    by_machine: Mapping[str, Mapping[JobKind, Sequence[str]]] = {
        name: own,
        scoring_name(name): {JobKind.TRANSFORM: [names.TRANSFORM]},
        drift_name(name): {JobKind.PROCESSING: [names.DRIFT]},
    }
    return by_machine[machine.rpartition(":")[2]]


def is_redriven(client: Any, execution: str) -> bool:
    """Whether it runs again, so that its jobs do as well."""
    return bool(client.describe_execution(executionArn=execution)["status"] == "RUNNING")


def stop(client: Any, name: str, run: str, kinds: Mapping[JobKind, Sequence[str]]) -> list[str]:
    """Stops the jobs of all attempts; returns the names of those that ran."""
    prefixes = [
        (kind, resource_name(name, verb, run, ""))
        for kind, verbs in kinds.items()
        for verb in verbs
    ]
    if JobKind.TRAINING in kinds:
        prefixes.insert(0, (JobKind.TUNING, tuning_job_prefix(name, run)))
    return [job for kind, prefix in prefixes for job in stop_running(client, kind, prefix)]


def may_start_a_job(client: Any, execution: str) -> bool:
    """Whether a function was at work when the execution ended: it goes on, and may start a job.

    The history lags behind ("eventually consistent", botocore's model of GetExecutionHistory), so
    that one without an end tells nothing yet.
    """
    found = client.get_execution_history(
        executionArn=execution, reverseOrder=True, maxResults=_EVENTS, includeExecutionData=False
    )
    kinds = [event["type"] for event in found["events"]]
    last, *before = [kind for kind in kinds if not kind.endswith("StateAborted")]
    return last not in _ENDS or before[0] in _CALLS


def delete_models(
    client: Any, name: str, run: str, kinds: Mapping[JobKind, Sequence[str]]
) -> list[str]:
    """Deletes the models that an execution made for its transform jobs, which have loaded them."""
    verbs = kinds.get(JobKind.TRANSFORM, ())
    prefixes = [resource_name(name, verb, run, "") for verb in verbs]
    found = [model for one in prefixes for model in named(client, "list_models", "Models", one)]
    for model in found:
        try:
            client.delete_model(ModelName=model)
        except ClientError as error:
            if is_transient(error):
                raise
            _LOGGER.info("%s", error)
    return found
