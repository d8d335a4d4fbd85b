"""The transform jobs of scorings: how far they are, and what AWS takes for them."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from botocore.exceptions import ClientError

from contract.names import TRANSFORM
from contract.steps import RUNNING_STATUSES, JobKind
from infra.settings import Settings
from reviews.client.aws.missing import is_missing_resource
from reviews.client.cost import asked_prices, run_costs
from reviews.client.cost.prices import Prices, Use
from reviews.client.cost.run_costs import Cost
from reviews.client.errors import PriceMissing
from reviews.client.runs import jobs


@dataclass(frozen=True, kw_only=True)
class TransformJob:
    name: str
    status: str
    began: datetime
    ended: datetime | None

    @property
    def is_running(self) -> bool:
        return self.status in RUNNING_STATUSES


def find(sagemaker: Any, environment: str, scoring: str) -> list[TransformJob]:
    """The jobs of a scoring by its id, the newest first: each attempt has one."""
    prefix = f"{environment}-{TRANSFORM}-{scoring}-"
    pages = sagemaker.get_paginator("list_transform_jobs").paginate(
        NameContains=prefix, SortBy="CreationTime", SortOrder="Descending"
    )
    items = (item for page in pages for item in page["TransformJobSummaries"])
    return [
        TransformJob(
            name=item["TransformJobName"],
            status=item["TransformJobStatus"],
            began=item["CreationTime"],
            ended=item.get("TransformEndTime"),
        )
        for item in items
        if item["TransformJobName"].startswith(prefix)
    ]


def end(sagemaker: Any, job: TransformJob) -> None:
    """Stops a job that runs and deletes its model; what is gone already is no error."""
    if job.is_running:
        jobs.stop(sagemaker, JobKind.TRANSFORM, job.name)
    try:
        sagemaker.delete_model(ModelName=job.name)
    except ClientError as error:
        if not is_missing_resource(error):
            raise


def billed(sagemaker: Any, name: str, known: Prices) -> Cost:
    """The cost of the job."""
    found = sagemaker.describe_transform_job(TransformJobName=name)
    return run_costs.of_transform("Batch scoring", found, known, datetime.now(UTC))


def hourly_usd(settings: Settings, instance_type: str) -> float | None:
    """The price of an hour of one instance; None where it is not known."""
    try:
        return asked_prices.load(settings.region).of_instance(Use.TRANSFORM, instance_type, "").usd
    except PriceMissing:
        return None
