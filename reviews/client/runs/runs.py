"""The runs of an environment: start, follow, stop, redrive and approve them; read their results."""

from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from itertools import islice
from typing import Any

from botocore.exceptions import ClientError

from contract import s3_keys, s3_uri
from contract.steps import JobKind
from reviews.client.aws.connection import Connection
from reviews.client.aws.missing import is_missing_object
from reviews.client.cost import run_costs
from reviews.client.cost.billed_jobs import BilledJobs
from reviews.client.cost.run_costs import RunCost
from reviews.client.runs import approval, execution, jobs, tunings
from reviews.client.runs.execution import Execution
from reviews.client.runs.progress import Watcher
from reviews.client.runs.run import Run, json_object, prepared
from reviews.client.runs.run_log import RunLog
from reviews.client.runs.tunings import TuningJob

_THREADS = 8
# For a missing object S3 answers AccessDenied to callers without s3:ListBucket.


class Runs:
    """Where a name is optional, the default is the latest run. Raises NotDeployed."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._states, self._s3 = connection.client("stepfunctions"), connection.client("s3")
        self._machine = connection.outputs.state_machine_arn

    # -- start, stop, redrive, approve ---------------------------------------------------------

    def start(self, document: dict[str, Any], name: str = "") -> str:
        """Starts an execution with this input; returns its ARN.

        The default name has the time. Raises InvalidArgument for a name that was used before.
        """
        name = name or execution.default_name()
        return execution.start(self._states, self._machine, name, document)

    def stop(self, run: Execution) -> list[str]:
        """Stops an execution and its running jobs, which would continue and cost money.

        Returns the names of these jobs. Raises InvalidArgument for a run that has ended.
        """
        before = self._running(run.name)  # lambdas/stop_jobs may stop them first
        execution.stop(self._states, run)
        running = before | self._running(run.name)
        for name, kind in running.items():
            jobs.stop(self._connection.client("sagemaker"), kind, name)
        return list(running)

    def _running(self, run_name: str) -> dict[str, JobKind]:
        """The names of the run's jobs that are running, and their kinds."""
        run = self.named(run_name)
        if not run.id:
            return {}
        sagemaker, name = self._connection.client("sagemaker"), self._connection.settings.name
        searches = tunings.running(sagemaker, name, run.id) if run.document.get("tuning") else []
        found = jobs.find(sagemaker, name, run=run.id, running=True)
        return dict.fromkeys(searches, JobKind.TUNING) | {job.name: job.kind for job in found}

    def redrive(self, run: Execution) -> None:
        """Continues a run with the step that failed. Raises InvalidArgument if it cannot be."""
        execution.redrive(self._states, run)

    def approve(self, name: str, *, approved: bool, comment: str = "") -> str:
        """Approves or rejects the model that waits for approval; returns the ARN of the caller.

        Raises InvalidArgument when no model of this run waits for approval.
        """
        who = str(self._connection.client("sts").get_caller_identity()["Arn"])
        approval.answer(
            self._connection.client,
            self._connection.outputs.artefact_bucket,
            name,
            approved=approved,
            comment=comment,
            who=who,
        )
        return who

    # -- follow --------------------------------------------------------------------------------

    def find(self, name: str = "") -> Execution:
        """The execution at this moment. Raises InvalidArgument, with similar names."""
        return execution.find(self._states, self._machine, name, env=self._connection.name)

    def watch(self, arn: str) -> Watcher:
        """A watcher that polls the steps of a run and the logs of their jobs."""
        clients = {name: self._connection.client(name) for name in ("logs", "sagemaker")}
        return Watcher(self._states, arn=arn, **clients)

    def log(self, arn: str, step: str = "") -> RunLog:
        """The log of the job of one step; without a step, of the newest job."""
        return RunLog(self._states, self._connection.client("logs"), arn, step)

    def tuning(self, job: str) -> TuningJob:
        """A tuning job by its name, with its training jobs."""
        return tunings.describe(self._connection.client("sagemaker"), job)

    def cost_of_tuning(self, job: TuningJob) -> float | None:
        """The cost in USD of a tuning job's training jobs; None where a price is not known."""
        names = [one.name for one in job.jobs]
        return run_costs.total(BilledJobs(self._connection).of_trainings("Tuning", names))

    # -- results -------------------------------------------------------------------------------

    def names(self) -> Iterator[str]:
        """The names of all runs, newest first."""
        return (item["name"] for item in execution.every(self._states, self._machine))

    def latest(self, count: int) -> list[Run]:
        """The newest runs, newest first."""
        items = islice(execution.every(self._states, self._machine), count)
        with ThreadPoolExecutor(_THREADS) as pool:
            return list(pool.map(self.read, items))

    def named(self, name: str = "") -> Run:
        """A run with its results. Raises InvalidArgument, with similar names."""
        found = self.find(name)
        return self._load(found.arn, found.name, found.status, found.started, found.ended)

    def read(self, item: dict[str, Any]) -> Run:
        """The run of an item of ListExecutions, with its results."""
        times = item["startDate"], item.get("stopDate")
        return self._load(item["executionArn"], item["name"], item["status"], *times)

    def page(self, run: Run) -> bytes:
        """The evaluation.html of a run."""
        return self._get(f"{run.document['prefix']}/{s3_keys.EVALUATION_PAGE}")

    def costs(self, runs: Sequence[Run]) -> list[float | None]:
        """The cost in USD of the jobs of each run's steps; None where a price is not known."""
        found = BilledJobs(self._connection).of_steps(run.id for run in runs)
        return [run_costs.total(found.get(run.id, [])) for run in runs]

    def cost(self, run: Run) -> RunCost:
        """The cost of a run, with everything that belongs to it."""
        return RunCost(
            run=run.name,
            region=self._connection.settings.region,
            costs=BilledJobs(self._connection).of_run(run.id) if run.id else [],
            is_free=not self._connection.is_on_aws,
        )

    def _load(
        self, arn: str, name: str, status: str, started: datetime, ended: datetime | None
    ) -> Run:
        document = self._tuned(self._document(arn))
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
        except self._states.exceptions.ExecutionDoesNotExist:  # AWS deletes histories after 90 days
            return {}

    def _tuned(self, document: dict[str, Any]) -> dict[str, Any]:
        """The document with the hyperparameters that were found, which run.json has then."""
        if not document.get("tuning"):
            return document
        return self._object(document, s3_keys.RUN) or document

    def _evaluation(self, document: dict[str, Any]) -> dict[str, Any]:
        return self._object(document, s3_keys.EVALUATION_METRICS)

    def _object(self, document: dict[str, Any], key: str) -> dict[str, Any]:
        """A JSON object below the prefix of the run; empty if it is missing or another value."""
        try:
            content = self._get(f"{document['prefix']}/{key}")
        except ClientError as error:
            if not is_missing_object(error):
                raise
            return {}
        return json_object(content)

    def _get(self, uri: str) -> bytes:
        bucket, key = s3_uri.split(uri)
        body: bytes = self._s3.get_object(Bucket=bucket, Key=key)["Body"].read()
        return body
