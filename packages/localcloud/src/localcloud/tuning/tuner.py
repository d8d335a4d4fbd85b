"""Runs a tuning job: starts its training jobs, stops those that are hopeless, and ends it."""

import logging
import threading
import time
from collections.abc import Sequence
from typing import Any

from localcloud.core.cloud import Cloud, Service
from localcloud.core.errors import AwsError
from localcloud.core.records import Record
from localcloud.core.tags import put_tags
from localcloud.jobs.job import LONGEST_REASON, RUNNING, SERVER_STOPPED
from localcloud.jobs.job_queue import JobQueue
from localcloud.jobs.outcome import ServerStopped
from localcloud.jobs.training import create_training_job
from localcloud.jobs.training_job import KIND as TRAINING_JOB
from localcloud.tuning import completion, trials
from localcloud.tuning.ranges import Space
from localcloud.tuning.stopping import Hyperband, MedianRule, Never, StoppingRule
from localcloud.tuning.strategies import Result, make_strategy

KIND = "hyper-parameter-tuning-job"
MOST_AT_ONCE = 2  # this machine has to run all of them
_POLL_SECONDS = 0.2
_SHUTDOWN_SECONDS = 20
_LOGGER = logging.getLogger(__name__)


class Tuner:
    """One tuning job from its record to its ending. Runs in its own thread."""

    def __init__(self, cloud: Cloud, name: str, tags: Sequence[Record]) -> None:
        """`tags`: those of each training job."""
        self.cloud, self.name, self._tags = cloud, name, list(tags)
        self.stop, self.abort = threading.Event(), threading.Event()
        config = self.record["HyperParameterTuningJobConfig"]
        self._objective = config["HyperParameterTuningJobObjective"]
        self._limits = config["ResourceLimits"]
        space = Space.of(config["ParameterRanges"])
        self._strategy = make_strategy(config["Strategy"], space, config.get("RandomSeed"))
        self._rule = stopping_rule(config)
        self._points: list[Sequence[float]] = []  # of the training jobs, in their order
        self._is_exhausted = False
        self._changing = threading.Lock()  # this thread and requests change the status
        self._has_ended = False

    @property
    def record(self) -> Record:
        record = self.cloud.store.get(KIND, self.name)
        if record is None:
            raise ServerStopped(f"{KIND} {self.name} is gone")
        return record

    def run(self) -> None:
        """Runs the tuning job to an end that is in its record, whatever happens."""
        try:
            status, reason = self._search()
            self._stop_training()
        except ServerStopped:
            status, reason = "Failed", SERVER_STOPPED
        except AwsError as error:
            status, reason = "Failed", f"ClientError: {error.message}"
        except Exception as error:
            _LOGGER.exception("%s %s", KIND, self.name)
            status, reason = "Failed", f"InternalServerError: {type(error).__name__}: {error}"
        with self._changing:
            self._has_ended = True
            failed = {"FailureReason": reason[:LONGEST_REASON]} if reason else {}
            self._update(status, HyperParameterTuningEndTime=time.time(), **failed)

    def request_stop(self) -> bool:
        """Asks the tuning job to stop; returns False if it has ended meanwhile."""
        with self._changing:
            if self._has_ended:
                return False
            self._update("Stopping")
            self.stop.set()
            return True

    def _update(self, status: str, **changes: Any) -> None:
        now = time.time()
        self.cloud.store.update(
            KIND, self.name, HyperParameterTuningJobStatus=status, LastModifiedTime=now, **changes
        )

    def _search(self) -> completion.Verdict:
        while not self.abort.is_set():
            if self.stop.is_set():
                return "Stopped", ""
            record = self.record
            found = trials.all_of(self.cloud, record)
            verdict = completion.verdict(record, found, is_exhausted=self._is_exhausted)
            if verdict:
                return verdict
            self._stop_hopeless(found)
            self._start_more(record, found)
            self.stop.wait(_POLL_SECONDS)
        raise ServerStopped

    def _start_more(self, record: Record, found: Sequence[trials.Trial]) -> None:
        most = self._limits.get("MaxNumberOfTrainingJobs", float("inf"))
        at_once = min(self._limits["MaxParallelTrainingJobs"], MOST_AT_ONCE)
        running = sum(one.is_running for one in found)
        while running < at_once and not self._is_exhausted:
            suggested = self._strategy.suggest(self._results(found))
            if suggested:
                point, values = suggested
                self._points.append(point)
                self._start(record, values)
                running += 1
            self._is_exhausted = suggested is None or len(self._points) >= most

    def _start(self, record: Record, values: dict[str, str]) -> None:
        name = trials.name_of(self.name, len(self._points))
        made = create_training_job(self.cloud, trials.request_of(record, name, values))
        put_tags(self.cloud, made["TrainingJobArn"], self._tags)
        definition = record["TrainingJobDefinition"].get("DefinitionName")
        named = {"TrainingJobDefinitionName": definition} if definition else {}
        started = {"TrainingJobName": name, "TunedHyperParameters": values, **named}
        record["Started"].append(started)
        self.cloud.store.update(KIND, self.name, Started=record["Started"])

    def _results(self, found: Sequence[trials.Trial]) -> list[Result]:
        """The results of all training jobs, also of those that are running, have failed or were
        deleted."""
        sign = trials.direction(self._objective)
        values = {
            one.name: sign * one.objective
            for one in found
            if one.objective_status == "Succeeded" and one.objective is not None
        }
        names = [one["TrainingJobName"] for one in self.record["Started"]]
        return [(point, values.get(name)) for point, name in zip(self._points, names, strict=True)]

    def _stop_hopeless(self, found: Sequence[trials.Trial]) -> None:
        sign, metric = trials.direction(self._objective), self._objective["MetricName"]
        if isinstance(self._rule, Never):
            return
        printed = {
            one.name: [sign * value for value in trials.history(self.cloud, one, metric)]
            for one in found
        }
        ended = [printed[one.name] for one in found if not one.is_running]
        for one in found:
            if one.is_running and self._rule.stops(one.name, printed[one.name], ended):
                self._request_stop(one)

    def _request_stop(self, trial: trials.Trial) -> None:
        job = self.cloud.service(JobQueue).get(TRAINING_JOB, trial.name)
        if job is not None:
            job.request_stop()

    def _stop_training(self) -> None:
        """Stops what is running, and waits for its end."""
        while not self.abort.is_set():
            running = [one for one in trials.all_of(self.cloud, self.record) if one.is_running]
            if not running:
                return
            for one in running:
                self._request_stop(one)
            self.abort.wait(_POLL_SECONDS)
        raise ServerStopped


def stopping_rule(config: Record) -> StoppingRule:
    """The rule of a configuration that has been checked."""
    if config["Strategy"] == "Hyperband":
        bounds = config["StrategyConfig"]["HyperbandStrategyConfig"]
        return Hyperband(bounds["MinResource"], bounds["MaxResource"])
    return MedianRule() if config["TrainingJobEarlyStoppingType"] == "Auto" else Never()


class Tuners(Service):
    """The tuning jobs that are running."""

    def __init__(self, cloud: Cloud) -> None:
        super().__init__(cloud)
        self._lock = threading.Lock()
        self._running: dict[str, tuple[Tuner, threading.Thread]] = {}

    def recover(self) -> None:
        """Makes Failed what an earlier server was running."""
        for record in self.cloud.store.list(KIND):
            if record["HyperParameterTuningJobStatus"] in RUNNING:
                self.cloud.store.update(
                    KIND,
                    record["HyperParameterTuningJobName"],
                    HyperParameterTuningJobStatus="Failed",
                    HyperParameterTuningEndTime=time.time(),
                    FailureReason=SERVER_STOPPED,
                )

    def submit(self, tuner: Tuner) -> None:
        def run() -> None:
            try:
                tuner.run()
            finally:
                with self._lock:
                    del self._running[tuner.name]

        thread = threading.Thread(target=run, name=f"tuning-{tuner.name}", daemon=True)
        with self._lock:
            self._running[tuner.name] = (tuner, thread)
        thread.start()

    def request_stop(self, name: str) -> bool:
        """Asks a tuning job to stop; returns False for one that has ended."""
        with self._lock:
            tuner, _ = self._running.get(name, (None, None))
        return tuner is not None and tuner.request_stop()

    def shutdown(self) -> None:
        with self._lock:
            running = list(self._running.values())
        for tuner, _ in running:
            tuner.abort.set()
            tuner.stop.set()
        for _, thread in running:
            thread.join(timeout=_SHUTDOWN_SECONDS)
