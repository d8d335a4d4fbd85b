"""Executions of the state machines of one job: scorings, and reports about drift."""

import csv
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Protocol

import pytest

from contract.names import DRIFT, TRANSFORM, resource_name, run_id
from contract.s3_keys import SCORING_INPUT, scoring_prefix
from contract.steps import JobKind
from reviews.client.runs import execution
from reviews.client.runs.execution import Execution
from reviews.client.scoring.parts import part_name
from reviews.client.scoring.scorings import Counted
from tests.chaos.calls import Call
from tests.chaos.environment import ChaosDeployment
from tests.integration.executions import finish
from worlds.waiting import until

_HEADER = ("id", "Review Text")


@dataclass(frozen=True, kw_only=True)
class Names:
    """Of one of these state machines: in the table, in errors, and the calls that it makes.

    `start` and `end` are the functions with their calls, in their order; `denied` is an action of a
    function for each service; `job` is in the names of its jobs.
    """

    title: str
    error: str
    start: str
    start_calls: Sequence[Call]
    end: str
    end_calls: Sequence[Call]
    denied: Sequence[tuple[str, str]]
    kind: JobKind
    job: str

    @property
    def functions(self) -> tuple[str, str]:
        return self.start, self.end

    @property
    def calls(self) -> list[Call]:
        return [*self.start_calls, *self.end_calls]

    def call(self, verb: str) -> str:
        """Such as sagemaker:CreateTransformJob."""
        return f"sagemaker:{verb}{self.kind.value.capitalize()}Job"


SCORING = Names(
    title="a scoring",
    error="ScoringFailed",
    start="start-scoring",
    start_calls=[
        ("s3:ListObjectsV2", "/input/"),
        ("sagemaker:ListModelPackages", ""),
        ("sagemaker:DescribeModelPackage", ""),
        ("s3:HeadObject", "model.tar.gz"),
        ("sagemaker:CreateModel", ""),
        ("sagemaker:CreateTransformJob", ""),
    ],
    end="end-scoring",
    end_calls=[("sagemaker:DeleteModel", "")],
    # A model that may not be deleted costs nothing, and ends no scoring.
    denied=[("start-scoring", "s3:ListBucket"), ("start-scoring", "sagemaker:CreateTransformJob")],
    kind=JobKind.TRANSFORM,
    job=TRANSFORM,
)
REPORT = Names(
    title="a report about drift",
    error="DriftReportFailed",
    start="start-drift",
    start_calls=[
        ("sagemaker:DescribeEndpoint", ""),
        ("sagemaker:DescribeEndpointConfig", ""),
        ("sagemaker:ListTags", ""),
        ("s3:HeadObject", "baseline"),
        ("s3:ListObjectsV2", "feedback"),
        ("s3:ListObjectsV2", "capture"),
        ("s3:PutObject", "manifest.json"),
        ("s3:HeadObject", "sourcedir"),
        ("sagemaker:CreateProcessingJob", "-drift-"),
    ],
    end="end-drift",
    end_calls=[("s3:GetObject", "report.json"), ("cloudwatch:PutMetricData", "")],
    denied=[
        ("start-drift", "s3:PutObject"),
        ("start-drift", "sagemaker:CreateProcessingJob"),
        ("end-drift", "s3:GetObject"),
        ("end-drift", "cloudwatch:PutMetricData"),
    ],
    kind=JobKind.PROCESSING,
    job=DRIFT,
)
BOTH = pytest.mark.parametrize("names", [SCORING, REPORT], ids=lambda names: names.job)


class JobExecutions(Protocol):
    """How executions of one state machine are started, and what they make."""

    names: Names

    def prepare(self) -> Callable[[], str]:
        """A function that starts another one with the same input, and returns its ARN: its only
        call is StartExecution."""

    def product(self, found: Execution) -> Any:
        """What it has made, the same for the same input."""


class Scorings:
    """Of one file, with the version of one run."""

    names = SCORING

    def __init__(self, deployment: ChaosDeployment, folder: Path, texts: Sequence[str]) -> None:
        self.scorings, self._bucket = (
            deployment.facade().scorings,
            deployment.outputs().artefact_bucket,
        )
        self.file = folder / "reviews.csv"
        self._texts = texts
        with self.file.open("w", newline="", encoding="utf-8") as target:
            rows = csv.writer(target)
            rows.writerow(_HEADER)
            rows.writerows(enumerate(texts))

    def prepare(self) -> Callable[[], str]:
        version = self.scorings.version(None)
        columns = self.scorings.columns(version, "Review Text")
        document = self.document = self.scorings.upload(
            self.file,
            self.scorings.open(self.file, columns),
            columns=columns,
            version=version.number,
            counted=Counted(rows=len(self._texts), texts=len(self._texts)),
            progress=lambda _: None,
        )
        return lambda: self.scorings.start(document)

    def part(self, number: int) -> str:
        """The s3:// URI of a part of the last one."""
        prefix = scoring_prefix(self.document.id)
        return f"s3://{self._bucket}/{prefix}/{SCORING_INPUT}/{part_name(number)}"

    def product(self, found: Execution) -> list[list[Any]]:
        """The rows of the file with their predictions."""
        _, rows = self.scorings.join(self.file, self.scorings.document(found.name))
        return [predicted.row for predicted in rows]


class Reports:
    """About the requests that are captured so far."""

    names = REPORT

    def __init__(self, deployment: ChaosDeployment) -> None:
        self.drift = deployment.facade().drift

    def prepare(self) -> Callable[[], str]:
        return lambda: self.drift.start(24)

    def product(self, found: Execution) -> dict[str, Any]:
        report = asdict(self.drift.report(found.output["report"]))
        return {name: value for name, value in report.items() if name not in ("start", "end")}


# -- what an execution leaves --------------------------------------------------------------------


def jobs(deployment: ChaosDeployment, names: Names, name: str) -> dict[str, str]:
    """Names and statuses of the jobs of an execution, by its name."""
    title = names.kind.value.capitalize()
    pages = deployment.client("sagemaker").get_paginator(f"list_{names.kind.value}_jobs")
    prefix = resource_name("reviews-local", names.job, run_id(name), "")
    return {
        item[f"{title}JobName"]: item[f"{title}JobStatus"]
        for page in pages.paginate(NameContains=prefix)
        for item in page[f"{title}JobSummaries"]
    }


def expect_nothing_runs(deployment: ChaosDeployment, names: Names, name: str) -> None:
    """Neither a job of the execution nor a model that was made for it is left, soon."""

    def left() -> list[str]:
        found = jobs(deployment, names, name).items()
        running = [job for job, status in found if status in ("InProgress", "Stopping")]
        prefix = resource_name("reviews-local", TRANSFORM, run_id(name), "")
        models = deployment.client("sagemaker").list_models(NameContains=prefix)["Models"]
        return [*running, *(model["ModelName"] for model in models)]

    remaining = until(left, lambda found: not found, seconds=60)
    assert remaining == [], f"{remaining} are left"


def expect_same(
    deployment: ChaosDeployment, world: JobExecutions, found: Execution, product: Any
) -> None:
    """It has made what an undisturbed one makes, and one job has come to its end."""
    assert found.status == "SUCCEEDED", f"{found.name}: {found.error}: {found.cause}"
    assert world.product(found) == product
    ended = list(jobs(deployment, world.names, found.name).values())
    assert ended.count("Completed") == 1, ended
    expect_nothing_runs(deployment, world.names, found.name)


def expect_same_at_once(
    deployment: ChaosDeployment, world: JobExecutions, found: Execution, product: Any
) -> None:
    """And there was one job only."""
    expect_same(deployment, world, found, product)
    assert len(jobs(deployment, world.names, found.name)) == 1


@dataclass(frozen=True)
class Undisturbed:
    """Executions of a state machine, and what one has made to which nothing happened."""

    world: JobExecutions
    product: Any


def run(deployment: ChaosDeployment, world: JobExecutions) -> Execution:
    """Another one, at its end."""
    return finish(deployment, world.prepare()())


def redrive(deployment: ChaosDeployment, found: Execution) -> Execution:
    """The same one, at its next end."""
    execution.redrive(deployment.client("stepfunctions"), found)
    return finish(deployment, found.arn)
