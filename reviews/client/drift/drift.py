"""The drift reports of an environment: read them, or start one now.

environment.drift.newest()          a contract.drift.Report, or None
environment.drift.names(10)         the newest first
environment.drift.report(name)      one of them
environment.drift.page(name)        its HTML
environment.drift.start(hours=24)   the ARN of the execution that writes another
environment.drift.running()         that of one which is not at its end
"""

import json
from contextlib import AbstractContextManager

from botocore.exceptions import ClientError

from contract import s3_keys
from contract.drift import Report
from contract.names import drift_name
from reviews.client.aws.connection import Connection
from reviews.client.aws.missing import is_missing_object
from reviews.client.errors import InvalidArgument
from reviews.client.runs import execution
from reviews.client.runs.execution import Execution
from reviews.client.runs.job_state_machines import deployed, machine_arn, new_name

_SHOWN = 10


class Drift:
    """Raises NotDeployed for an environment without a Pipeline stack."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._states, self._s3 = connection.client("stepfunctions"), connection.client("s3")
        self._bucket = connection.outputs.artefact_bucket
        self._machine = machine_arn(connection, drift_name(connection.settings.name))

    # -- reports -------------------------------------------------------------------------------

    def names(self, most: int = _SHOWN) -> list[str]:
        """The names of the newest reports, newest first: the end of the period, and an id.

        An execution that is still running, or failed, has no report.
        """
        pages = self._s3.get_paginator("list_objects_v2").paginate(
            Bucket=self._bucket, Prefix=f"{s3_keys.DRIFT}/"
        )
        keys = [entry["Key"] for page in pages for entry in page.get("Contents", [])]
        ending = f"/{s3_keys.DRIFT_REPORT}/{s3_keys.DRIFT_REPORT_FILE}"
        found = [key.split("/")[1] for key in keys if key.endswith(ending)]
        return sorted(found, reverse=True)[:most]

    def newest(self) -> Report | None:
        """The newest report; None before the first one."""
        return next((self.report(name) for name in self.names(1)), None)

    def report(self, name: str) -> Report:
        """Raises InvalidArgument where there is none of this name."""
        return Report.read(json.loads(self._read(name, s3_keys.DRIFT_REPORT_FILE)))

    def page(self, name: str) -> str:
        """The HTML page of a report. Raises InvalidArgument."""
        return self._read(name, s3_keys.DRIFT_PAGE_FILE).decode()

    def _read(self, name: str, file: str) -> bytes:
        key = f"{s3_keys.DRIFT}/{name}/{s3_keys.DRIFT_REPORT}/{file}"
        try:
            body: bytes = self._s3.get_object(Bucket=self._bucket, Key=key)["Body"].read()
        except ClientError as error:
            if not is_missing_object(error):
                raise
            raise InvalidArgument(f"There is no drift report named {name}") from error
        return body

    # -- a report now --------------------------------------------------------------------------

    def start(self, hours: int | None = None) -> str:
        """Starts the execution that compares the last hours, by default those of the settings;
        returns its ARN. Raises InvalidArgument where requests are not captured, and NotDeployed."""
        self._check_captures()
        given = {} if hours is None else {"last_hours": hours}
        with self._deployed():
            return execution.start(self._states, self._machine, new_name("drift"), given)

    def running(self) -> str:
        """The ARN of the newest execution that is not at its end; empty where there is none.

        Raises as `start`.
        """
        self._check_captures()
        with self._deployed():
            return next(
                (
                    str(item["executionArn"])
                    for item in execution.every(self._states, self._machine)
                    if item["status"] == "RUNNING"
                ),
                "",
            )

    def find(self, name: str) -> str:
        """The ARN of an execution. Raises InvalidArgument, with the most similar names."""
        env = self._connection.name
        with self._deployed():
            found = execution.find(self._states, self._machine, name, env=env, what="drift report")
        return found.arn

    def describe(self, arn: str) -> Execution:
        """The execution; its output has `report`, the name of its report."""
        return execution.describe(self._states, arn)

    def _check_captures(self) -> None:
        if not self._connection.settings.endpoint.capture_percent:
            raise InvalidArgument(
                f"{self._connection.name} captures no requests, so that there is nothing to "
                "compare: give Endpoint.capture_percent a value in infra/settings/environments.py "
                "and deploy"
            )

    def _deployed(self) -> AbstractContextManager[None]:
        return deployed(self._states, self._connection.name, "compare")
