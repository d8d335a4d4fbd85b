"""Ends a comparison of drift.

After its job has succeeded it publishes the metrics of the report, and starts a run if the settings
say so. Every failure leads here, too: then it stops the job and fails with the reason. After a
redrive it is called again, detects the redrive, and lets the execution start anew.
"""

import json
import logging
from datetime import datetime
from typing import Any

import boto3
from botocore.exceptions import ClientError

from contract import names, s3_keys
from contract.drift import DRIFTED_METRIC, REQUESTS_METRIC, Report, Verdict
from contract.names import metric_namespace, resource_name, run_id
from contract.steps import JobKind
from shared import s3
from shared.environment import Environment
from shared.errors import translate_errors
from shared.failed_execution import is_redriven, reason_of
from shared.running_jobs import stop_if_running

ENVIRONMENT = Environment.read()
SAGEMAKER = boto3.client("sagemaker")
S3 = boto3.client("s3")
CLOUDWATCH = boto3.client("cloudwatch")
STATES = boto3.client("stepfunctions")
_LOGGER = logging.getLogger()


class DriftReportFailed(Exception):
    """The job failed, or could not be started; the message is the reason."""


@translate_errors
def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    identity = run_id(event["execution"])
    if event["failed"]:
        job = resource_name(ENVIRONMENT.name, names.DRIFT, identity, event["attempt"])
        stop_if_running(SAGEMAKER, JobKind.PROCESSING, job)
        if is_redriven(event):
            return {"redrives": event["redrive_count"]}
        raise DriftReportFailed(reason_of(event))
    started = event["started"]
    report = read_report(S3, started["drift_prefix"])
    publish(CLOUDWATCH, metric_namespace(ENVIRONMENT.name), report)
    run = ""
    if report.has_drifted and event["new_run"]:
        machine = pipeline(context.invoked_function_arn)
        if is_answered(STATES, machine, datetime.fromisoformat(started["end"])):
            _LOGGER.info("a run is running or has ended since, so that none is started")
        else:
            run = start_run(STATES, machine, identity, event["new_run"])
    return {
        "report": started["report"],
        "verdict": report.verdict,
        "drifted": [finding.quantity for finding in report.drifted],
        "requests": report.requests,
        "new_run": run,
    }


def read_report(client: Any, prefix: str) -> Report:
    key = f"{prefix}/{s3_keys.DRIFT_REPORT}/{s3_keys.DRIFT_REPORT_FILE}"
    return Report.read(s3.read_json(client, key))


def publish(client: Any, namespace: str, report: Report) -> None:
    """A report of too few requests says nothing, and leaves the alarm as it is."""
    metrics = [_metric(REQUESTS_METRIC, report.requests)]
    if report.verdict != Verdict.TOO_FEW_REQUESTS.value:
        metrics.append(_metric(DRIFTED_METRIC, len(report.drifted)))
    client.put_metric_data(Namespace=namespace, MetricData=metrics)


def _metric(name: str, value: int) -> dict[str, Any]:
    return {"MetricName": name, "Value": float(value), "Unit": "Count"}


def pipeline(function: str) -> str:
    """The ARN of the pipeline's state machine, beside this function in account and region."""
    _, partition, _, region, account, *_ = function.split(":")
    return f"arn:{partition}:states:{region}:{account}:stateMachine:{ENVIRONMENT.name}"


def is_answered(client: Any, machine: str, end: datetime) -> bool:
    """Whether a run is running, which will bring a new model, or one has ended after the end of the
    period, so that perhaps another model serves than that of the report."""
    if client.list_executions(stateMachineArn=machine, statusFilter="RUNNING")["executions"]:
        return True
    newest = client.list_executions(stateMachineArn=machine)["executions"]
    return any(found["stopDate"] > end for found in newest if "stopDate" in found)


def start_run(client: Any, machine: str, identity: str, given: dict[str, str]) -> str:
    """The name of the run. A second attempt finds the run that the first one has started."""
    name = f"retrain-{identity}"
    try:
        client.start_execution(stateMachineArn=machine, name=name, input=json.dumps(given))
    except ClientError as error:
        if error.response["Error"]["Code"] != "ExecutionAlreadyExists":
            raise
    return name
