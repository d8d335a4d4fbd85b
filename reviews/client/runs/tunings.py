"""The tuning jobs of runs: their training jobs with values and metrics, and their progress."""

from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from contract import tuning
from contract.names import tuning_job_prefix
from contract.steps import RUNNING_STATUSES, JobKind
from reviews.client.runs.job_logs import TAIL_LINES, JobLog, LiveValues


@dataclass(frozen=True, kw_only=True)
class TunedJob:
    """A training job of a tuning job: the values that it tried, and the macro-F1 on the validation
    split, which is None before it is known."""

    name: str
    status: str
    values: dict[str, Any]
    macro_f1: float | None
    began: datetime
    ended: datetime | None
    reason: str

    @property
    def is_running(self) -> bool:
        return self.status in RUNNING_STATUSES


@dataclass(frozen=True, kw_only=True)
class TuningJob:
    """`max_jobs` is its limit of training jobs, and `jobs` are those that it has started so far.
    `best` is the one of these whose model the run would take now; None if none has saved one."""

    name: str
    status: str
    strategy: str
    max_jobs: int
    jobs: Sequence[TunedJob]
    best: TunedJob | None

    def document(self) -> dict[str, Any]:
        """The tuning job as JSON, for a program."""
        return {**asdict(self), "best": self.best.name if self.best else None}


def describe(sagemaker: Any, name: str) -> TuningJob:
    found = sagemaker.describe_hyper_parameter_tuning_job(HyperParameterTuningJobName=name)
    config = found["HyperParameterTuningJobConfig"]
    summaries = list(training_jobs(sagemaker, name))
    jobs = {summary["TrainingJobName"]: _job(summary) for summary in summaries}
    best = tuning.best_job(summaries)
    return TuningJob(
        name=name,
        status=found["HyperParameterTuningJobStatus"],
        strategy=config["Strategy"].lower(),
        max_jobs=config["ResourceLimits"].get("MaxNumberOfTrainingJobs", 0),
        jobs=list(jobs.values()),
        best=jobs[best["TrainingJobName"]] if best else None,
    )


def training_jobs(sagemaker: Any, name: str) -> Iterator[dict[str, Any]]:
    """The summaries of the training jobs of a tuning job, in the order of their start."""
    pages = sagemaker.get_paginator("list_training_jobs_for_hyper_parameter_tuning_job").paginate(
        HyperParameterTuningJobName=name, SortBy="CreationTime"
    )
    return (summary for page in pages for summary in page["TrainingJobSummaries"])


def _job(summary: dict[str, Any]) -> TunedJob:
    metric = summary.get(tuning.FINAL_OBJECTIVE)
    return TunedJob(
        name=summary["TrainingJobName"],
        status=summary["TrainingJobStatus"],
        values=tuning.read_values(summary["TunedHyperParameters"]),
        macro_f1=metric["Value"] if metric else None,
        began=summary["CreationTime"],
        ended=summary.get("TrainingEndTime"),
        reason=summary.get("FailureReason", ""),
    )


def running(sagemaker: Any, environment: str, run: str) -> list[str]:
    """The names of the tuning jobs of a run that are running."""
    prefix = tuning_job_prefix(environment, run)
    pages = sagemaker.get_paginator("list_hyper_parameter_tuning_jobs").paginate(
        NameContains=prefix, StatusEquals="InProgress"
    )
    key = "HyperParameterTuningJobName"
    return [item[key] for page in pages for item in page["HyperParameterTuningJobSummaries"]]


class TuningProgress:
    """The progress of a running tuning job; each call of `read` returns the new lines of the log of
    its newest training job."""

    def __init__(self, sagemaker: Any, logs: Any, name: str) -> None:
        self._sagemaker, self._logs, self._name = sagemaker, logs, name
        self._newest = ""
        self._log: JobLog | None = None
        self.live = LiveValues()
        self.job: TuningJob | None = None

    @property
    def tail(self) -> deque[str]:
        return self._log.tail if self._log else deque(maxlen=TAIL_LINES)

    def read(self) -> list[str]:
        self.job = found = describe(self._sagemaker, self._name)
        ended = sum(not job.is_running for job in found.jobs)
        values = {"jobs": f"{ended}/{found.max_jobs}"}
        if best := found.best:
            values["best"] = f"{best.macro_f1:.4f}"
        self.live = LiveValues(fraction=ended / max(found.max_jobs, 1), values=values)
        if found.jobs and found.jobs[-1].name != self._newest:
            self._newest = found.jobs[-1].name
            self._log = JobLog(self._logs, JobKind.TRAINING.log_group, self._newest)
        return self._log.read() if self._log else []
