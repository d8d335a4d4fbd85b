"""All jobs of a run, as SageMaker describes them, with their costs."""

from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from typing import Any

from contract.names import DRIFT, RUN_TAG, tuning_job_prefix, tuning_key
from contract.steps import JobKind, Step
from reviews.client.aws.connection import Connection
from reviews.client.cost import asked_prices, run_costs
from reviews.client.cost.run_costs import Cost
from reviews.client.endpoint import served_config
from reviews.client.runs import jobs, tunings
from reviews.client.runs.jobs import Job

_THREADS = 8


class BilledJobs:
    """The costs of runs by their ids."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._sagemaker = connection.client("sagemaker")
        self._name = connection.settings.name
        self._known = asked_prices.load(connection.settings.region)
        self._now = datetime.now(UTC)

    def of_steps(self, runs: Iterable[str], *, tuned: bool = True) -> dict[str, list[Cost]]:
        """Run id → the costs of the jobs of its steps, of all attempts; with `tuned` also of the
        training jobs of its tuning jobs."""
        every = jobs.find(self._sagemaker, self._name)
        names = {run: {run, tuning_key(self._name, run)} if tuned else {run} for run in runs if run}
        wanted = {run: [job for job in every if job.run in of_run] for run, of_run in names.items()}
        asked = [(run, job) for run, found in wanted.items() for job in found]
        with ThreadPoolExecutor(_THREADS) as pool:
            costs = list(pool.map(lambda one: self._of_job(one[1]), asked))
        made: dict[str, list[Cost]] = {run: [] for run in wanted}
        for (run, _), found in zip(asked, costs, strict=True):
            made[run] += found
        return made

    def of_run(self, run: str) -> list[Cost]:
        """All that this run has cost: its steps in their order, its tunings, reports about drift
        of its model, and the endpoint while it serves that."""
        order = [step.title for step in Step]
        found = self.of_steps([run], tuned=False)[run]
        steps = sorted(found, key=lambda cost: order.index(_step(cost)))
        return [*steps, *self._tuned(run), *self._drift(run), *self._endpoint(run)]

    def of_trainings(self, what: str, names: Iterable[str]) -> list[Cost]:
        return [cost for name in names for cost in self._training(what, name)]

    def _of_job(self, job: Job) -> list[Cost]:
        if job.kind is JobKind.TRAINING:
            return self._training(job.step.title, job.name)
        return [self._processing(job.step.title, job.name)]

    def _training(self, what: str, name: str) -> list[Cost]:
        described = self._sagemaker.describe_training_job(TrainingJobName=name)
        return list(run_costs.of_training(what, described, self._known, self._now))

    def _processing(self, what: str, name: str) -> Cost:
        described = self._sagemaker.describe_processing_job(ProcessingJobName=name)
        return run_costs.of_processing(what, described, self._known, self._now)

    def _tuned(self, run: str) -> Iterator[Cost]:
        """The trainings of the run's tuning jobs."""
        prefix = tuning_job_prefix(self._name, run)
        for tuning in self._pages(
            "list_hyper_parameter_tuning_jobs", "HyperParameterTuningJobSummaries", prefix
        ):
            for job in tunings.training_jobs(
                self._sagemaker, tuning["HyperParameterTuningJobName"]
            ):
                yield from self._training("Tuning", job["TrainingJobName"])

    def _drift(self, run: str) -> Iterator[Cost]:
        prefix = f"{self._name}-{DRIFT}-"
        for job in self._pages("list_processing_jobs", "ProcessingJobSummaries", prefix):
            if self._run_of(job["ProcessingJobArn"]) == run:
                yield self._processing("Drift", job["ProcessingJobName"])

    def _endpoint(self, run: str) -> Iterator[Cost]:
        found = served_config.find(self._connection)
        if found and found.tags.get(RUN_TAG) == run:
            cost = run_costs.of_endpoint(found.endpoint, found.config, self._known, self._now)
            if cost:
                yield cost

    def _pages(self, operation: str, key: str, name: str) -> Iterator[dict[str, Any]]:
        pages = self._sagemaker.get_paginator(operation).paginate(NameContains=name)
        return (item for page in pages for item in page[key])

    def _run_of(self, arn: str) -> str:
        tags = self._sagemaker.list_tags(ResourceArn=arn)["Tags"]
        return next((tag["Value"] for tag in tags if tag["Key"] == RUN_TAG), "")


def _step(cost: Cost) -> str:
    """The step of a cost; that of a training's warm pool is Train, too."""
    return cost.what.partition(",")[0]
