"""The SageMaker jobs of runs, found by their names (contract/names.py)."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from botocore.exceptions import ClientError

from contract import names
from contract.steps import JobKind, Step
from reviews.client.aws.missing import is_missing_resource


@dataclass(frozen=True, kw_only=True)
class Job:
    """A processing or training job: the step that started it, and when it ran.

    `run` is the id of its run; of a training job that a tuning job has started, the key of the run
    (names.tuning_key).
    """

    name: str
    run: str
    step: Step
    status: str
    began: datetime
    ended: datetime | None

    @property
    def kind(self) -> JobKind:
        return JobKind.TRAINING if self.step is Step.TRAIN else JobKind.PROCESSING


def find(sagemaker: Any, environment: str, *, run: str = "", running: bool = False) -> list[Job]:
    """The jobs of an environment (`reviews-dev`), or of one run id; with `running` only those in
    progress."""
    wanted = {"NameContains": f"-{run}-" if run else f"{environment}-"}
    if running:
        wanted["StatusEquals"] = "InProgress"
    found = [
        *_processing(sagemaker, environment, wanted),
        *_training(sagemaker, environment, wanted),
    ]
    return [job for job in found if run in ("", job.run)]


def stop(sagemaker: Any, kind: JobKind, name: str) -> None:
    """Stops a job, a tuning job with its training jobs; one that has ended is no error."""
    try:
        getattr(sagemaker, f"stop_{kind.in_methods}_job")(**{f"{kind.title}JobName": name})
    except ClientError as error:
        if not is_missing_resource(error):
            raise


def _processing(sagemaker: Any, environment: str, wanted: dict[str, str]) -> Iterator[Job]:
    pages = sagemaker.get_paginator("list_processing_jobs").paginate(**wanted)
    for item in (item for page in pages for item in page["ProcessingJobSummaries"]):
        yield from _job(environment, item, "Processing")


def _training(sagemaker: Any, environment: str, wanted: dict[str, str]) -> Iterator[Job]:
    pages = sagemaker.get_paginator("list_training_jobs").paginate(**wanted)
    for item in (item for page in pages for item in page["TrainingJobSummaries"]):
        yield from _job(environment, item, "Training")


def _job(environment: str, item: dict[str, Any], prefix: str) -> Iterator[Job]:
    """The job, or nothing if the name is not one of contract/names.py."""
    name = item[f"{prefix}JobName"]
    parts = names.read_job_name(name, environment)
    if key := names.read_tuned_job_name(name, environment):
        parts = names.JobName(Step.TRAIN, key)
    if parts:
        yield Job(
            name=name,
            run=parts.run,
            step=parts.step,
            status=item[f"{prefix}JobStatus"],
            began=item["CreationTime"],
            ended=item.get(f"{prefix}EndTime"),
        )
