"""Runs: executions with what they were told and what came of them."""

import json
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import islice
from typing import Any

from botocore.exceptions import ClientError

from reviews.client import execution, storage
from reviews.client.aws import Environment

_AT_ONCE = 8
_OF_EVERY_RUN = ("id", "prefix")
# AccessDenied is what S3 says of a missing object to those who may not list the bucket.
_NOT_THERE = ("NoSuchKey", "NoSuchBucket", "AccessDenied")


@dataclass(frozen=True, kw_only=True)
class Run:
    """One execution.

    `document` is what Prepare made of its input, empty if that failed; `evaluation` is
    evaluation.json, empty for a run that has not come so far.
    """

    name: str
    status: str
    started: datetime
    ended: datetime | None
    document: dict[str, Any]
    evaluation: dict[str, Any]

    @property
    def id(self) -> str:
        """As part of the names of what it has made."""
        return str(self.document.get("id", ""))

    @property
    def seconds(self) -> float:
        """So far, or to its end."""
        return ((self.ended or datetime.now(UTC)) - self.started).total_seconds()


class Runs:
    """The runs of an environment."""

    def __init__(self, here: Environment) -> None:
        self._states, self._s3 = here.client("stepfunctions"), here.client("s3")
        self._machine = here.outputs.state_machine_arn

    def latest(self, count: int) -> list[Run]:
        """Newest first."""
        items = islice(execution.every(self._states, self._machine), count)
        with ThreadPoolExecutor(_AT_ONCE) as pool:
            return list(pool.map(self._read, items))

    def named(self, name: str = "") -> Run:
        """The run of this name, or the latest. Raises InvalidArgument."""
        found = execution.find(self._states, self._machine, name)
        return self._load(found.arn, found.name, found.status, found.started, found.ended)

    def page(self, run: Run) -> bytes:
        """Its evaluation.html."""
        return self._get(f"{run.document['prefix']}/evaluation/evaluation.html")

    def _read(self, item: dict[str, Any]) -> Run:
        times = item["startDate"], item.get("stopDate")
        return self._load(item["executionArn"], item["name"], item["status"], *times)

    def _load(
        self, arn: str, name: str, status: str, started: datetime, ended: datetime | None
    ) -> Run:
        document = self._document(arn)
        return Run(
            name=name,
            status=status,
            started=started,
            ended=ended,
            document=document,
            evaluation=self._evaluation(document) if document else {},
        )

    def _document(self, arn: str) -> dict[str, Any]:
        pages = self._states.get_paginator("get_execution_history").paginate(executionArn=arn)
        try:
            return prepared(event for page in pages for event in page["events"])
        except self._states.exceptions.ExecutionDoesNotExist:  # its history is kept for 90 days
            return {}

    def _evaluation(self, document: dict[str, Any]) -> dict[str, Any]:
        """Empty, too, if what is there is no JSON object."""
        try:
            content = self._get(f"{document['prefix']}/evaluation/evaluation.json")
        except ClientError as error:
            if error.response["Error"]["Code"] not in _NOT_THERE:
                raise
            return {}
        return _json_object(content)

    def _get(self, uri: str) -> bytes:
        bucket, key = storage.split_uri(uri)
        body: bytes = self._s3.get_object(Bucket=bucket, Key=key)["Body"].read()
        return body


def prepared(events: Iterable[dict[str, Any]]) -> dict[str, Any]:
    """The run that the state Prepare has made, which comes soon; empty if there is none.

    A Prepare that failed is left, too: with the error that was caught as its output. After a
    redrive it may be left a second time, with a run.
    """
    for event in events:
        exited = event.get("stateExitedEventDetails", {})
        if exited.get("name") == "Prepare":
            document = _json_object(exited.get("output", ""))
            if all(isinstance(document.get(name), str) for name in _OF_EVERY_RUN):
                return document
    return {}


def _json_object(text: str | bytes) -> dict[str, Any]:
    try:
        found = json.loads(text)
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}
