"""The scorings of an environment: start one, follow it, end it, fetch its answers."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from contract import s3_keys
from contract.names import run_id, scoring_name
from infra.settings import Columns
from reviews.client.aws.connection import Connection
from reviews.client.cost import asked_prices
from reviews.client.cost.run_costs import Cost
from reviews.client.endpoint.predictions import Predicted
from reviews.client.errors import AnswersMissing, InvalidArgument
from reviews.client.files.review_files import ReviewFile, rating_test
from reviews.client.promotion.versions import ModelVersion
from reviews.client.runs import execution
from reviews.client.runs.execution import Execution
from reviews.client.runs.job_state_machines import deployed, machine_arn, new_name
from reviews.client.scoring import answers, parts, transform_jobs, versions
from reviews.client.scoring.answers import Answers
from reviews.client.scoring.document import Document, sha256
from reviews.client.scoring.transform_jobs import TransformJob
from reviews.client.scoring.watcher import ScoringWatcher

_SHOWN = 3  # of the names that there are
_COMPARED = 5  # scorings, for an estimate


@dataclass(frozen=True, kw_only=True)
class Counted:
    """The rows of a file, and how many of them have a text."""

    rows: int
    texts: int


class Scorings:
    """Raises NotDeployed for an environment without a Pipeline stack."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._states, self._s3 = connection.client("stepfunctions"), connection.client("s3")
        self._sagemaker = connection.client("sagemaker")
        self._bucket = connection.outputs.artefact_bucket
        self._machine = machine_arn(connection, scoring_name(connection.settings.name))

    # -- before anything is paid for -----------------------------------------------------------

    def version(self, number: int | None) -> ModelVersion:
        """Raises InvalidArgument and ModelMissing."""
        return versions.find(self._connection, number)

    def columns(self, version: ModelVersion, text_column: str) -> Columns:
        """`text_column` alone, or title and text as the version was trained on them."""
        if text_column:
            return Columns(text=text_column, title="")
        return versions.columns(self._connection, version)

    def open(self, file: Path, columns: Columns) -> ReviewFile:
        """Raises InvalidArgument for a file that has no such column."""
        return ReviewFile(file, columns, rating_test(self._connection.settings))

    def texts_a_second(self) -> float | None:
        """The most that one instance did in the last scorings; None before the first. In a small
        one, it is mostly the start that takes time.

        Raises NotDeployed where there is no such state machine yet.
        """
        with self._deployed():
            done = (
                item["executionArn"]
                for item in execution.every(self._states, self._machine)
                if item["status"] == "SUCCEEDED"
            )
            rates = [self._rate(arn) for arn in islice(done, _COMPARED)]
        return max((rate for rate in rates if rate is not None), default=None)

    def _rate(self, arn: str) -> float | None:
        done = execution.describe(self._states, arn)
        try:
            texts = Document.read(self._s3, self._bucket, done.name).texts
        except InvalidArgument:  # its objects have expired
            return None
        seconds = self.billed(done.output["job"]).instance_seconds
        return texts / seconds if seconds else None

    # -- start and steer -----------------------------------------------------------------------

    def upload(
        self,
        file: Path,
        reviews: ReviewFile,
        *,
        columns: Columns,
        version: int,
        counted: Counted,
        progress: Callable[[int], object],
    ) -> Document:
        """Uploads the file as parts; `progress` gets how many texts each has."""
        name = new_name("score")
        prefix, sizes = self._prefix(name, s3_keys.SCORING_INPUT), []
        texts = (review.text for review in reviews if review.text)
        most = parts.texts_a_part(counted.texts, self._connection.settings.scoring.instance_count)
        for part in parts.split(texts, most_texts=most):
            self._s3.put_object(Bucket=self._bucket, Key=f"{prefix}{part.name}", Body=part.body)
            sizes.append(part.texts)
            progress(part.texts)
        document = Document(
            name=name,
            file=file.name,
            sha256=sha256(file),
            text=columns.text,
            title=columns.title,
            rows=counted.rows,
            version=version,
            parts=sizes,
        )
        document.write(self._s3, self._bucket)
        return document

    def start(self, document: Document) -> str:
        """Starts the execution and returns its ARN. Raises NotDeployed."""
        prefix = self._prefix(document.name, s3_keys.SCORING_INPUT)
        given = {"input": f"s3://{self._bucket}/{prefix}", "version": document.version}
        with self._deployed():
            return execution.start(self._states, self._machine, document.name, given)

    def stop(self, name: str) -> list[str]:
        """Ends an execution, its job and its model; returns the names of the jobs that ran.

        Raises InvalidArgument for one that has ended.
        """
        found = self.find(name)
        execution.stop(self._states, found)
        jobs = self._jobs(found.name)
        for job in jobs:
            transform_jobs.end(self._sagemaker, job)
        return [job.name for job in jobs if job.is_running]

    # -- follow, and fetch ---------------------------------------------------------------------

    def find(self, name: str) -> Execution:
        """Raises InvalidArgument, with the latest names."""
        try:
            return execution.describe(self._states, self._arn(name))
        except self._states.exceptions.ExecutionDoesNotExist as error:
            known = execution.every(self._states, self._machine)
            latest = ", ".join(item["name"] for item in islice(known, _SHOWN)) or "none"
            raise InvalidArgument(
                f"There is no scoring named {name}; the latest: {latest}"
            ) from error

    def document(self, name: str) -> Document:
        """Raises InvalidArgument."""
        return Document.read(self._s3, self._bucket, name)

    def watch(self, document: Document) -> ScoringWatcher:
        found = self._answers(document)
        return ScoringWatcher(
            self._states,
            self._arn(document.name),
            parts=len(document.parts),
            find_job=lambda: next(iter(self._jobs(document.name)), None),
            count_answers=lambda: len(found.keys()),
        )

    def join(self, file: Path, document: Document) -> tuple[list[str], Iterator[Predicted]]:
        """The header of the file, and its rows with the answers.

        Raises InvalidArgument for a file that has changed, and AnswersMissing.
        """
        document.check(file)
        reviews = self.open(file, document.columns)
        return reviews.header, answers.join(reviews, self._answers(document).read(document.parts))

    def join_some(self, file: Path, document: Document) -> tuple[list[str], Iterator[Predicted]]:
        """Joins as `join` does, for a job that failed: with the answers of the parts that have
        some. Raises AnswersMissing where none has.

        Raises AnswersMissing where none has.
        """
        document.check(file)
        found = self._answers(document)
        if not found.keys():
            raise AnswersMissing(f"No part of {document.name} has answers")
        reviews = self.open(file, document.columns)
        return reviews.header, answers.join(reviews, found.read_some(document.parts))

    def billed(self, job: str) -> Cost:
        known = asked_prices.load(self._connection.settings.region)
        return transform_jobs.billed(self._sagemaker, job, known)

    def _jobs(self, name: str) -> list[TransformJob]:
        return transform_jobs.find(self._sagemaker, self._connection.settings.name, run_id(name))

    def _answers(self, document: Document) -> Answers:
        prefix = self._prefix(document.name, s3_keys.SCORING_OUTPUT)
        return Answers(self._s3, self._bucket, prefix)

    def _deployed(self) -> AbstractContextManager[None]:
        return deployed(self._states, self._connection.name, "score in batch")

    def _arn(self, name: str) -> str:
        return f"{self._machine.replace(':stateMachine:', ':execution:')}:{name}"

    def _prefix(self, name: str, folder: str) -> str:
        return f"{s3_keys.scoring_prefix(run_id(name))}/{folder}/"
