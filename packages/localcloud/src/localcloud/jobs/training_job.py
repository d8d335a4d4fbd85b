"""One training job, run by AWS's own container toolkits.

`sagemaker-training` and, for PyTorch images, `sagemaker-pytorch-training` do what they do in the
container: fetch the source, install requirements.txt, set SM_*, start the script (through torchrun
for `torch_distributed`), write the failure file. This module does the platform's part.
"""

import logging
import socket
import time
from collections.abc import Mapping
from typing import Any

from localcloud.core.s3 import TransferError
from localcloud.experiments import job_component
from localcloud.jobs import secondary_status, spot, training_container, warm_pools
from localcloud.jobs.job import Job
from localcloud.jobs.metrics import MetricScanner
from localcloud.jobs.outcome import Ending, JobError, ServerStopped
from localcloud.jobs.profiler import Profiler, unfinished_rules
from localcloud.jobs.training_data import TrainingData
from localcloud.jobs.warm_pools import WarmPools

KIND = "training-job"
DEFAULT_MAX_SECONDS = 24 * 3600
_LONGEST_FAILURE = 1000  # characters of the failure file in FailureReason
_LOGGER = logging.getLogger(__name__)


class TrainingJob(Job):
    """Makes attempts, each on instances of its own, until one is not interrupted."""

    kind = KIND
    noun = "training"
    log_group = "/aws/sagemaker/TrainingJobs"
    status_field = "TrainingJobStatus"
    end_field = "TrainingEndTime"
    _began = 0.0  # when the current attempt did
    _ran = 0.0  # seconds of programs in all attempts
    _unbilled = 0.0  # seconds of attempts that were interrupted
    _exceeded = ""  # the secondary status if the time is used up

    @classmethod
    def at_the_end(cls, record: Mapping[str, Any]) -> dict[str, Any]:
        stage = secondary_status.enter(record["SecondaryStatusTransitions"], "Failed", ended=True)
        return stage | unfinished_rules(record)

    def execute(self) -> None:
        record = self.record
        self.role = self.assume_role(record["RoleArn"])
        self.check_rights(self.role, record["AlgorithmSpecification"]["TrainingImage"])
        self.check_capacity()
        s3 = self.role.client("s3")
        self.metrics = MetricScanner(
            record["AlgorithmSpecification"].get("MetricDefinitions", []),
            self.role.client("cloudwatch"),
            self.name,
            lambda points: job_component.add_metrics(self.cloud, self.kind, self.name, points),
        )
        self._profiler = Profiler.of(record, s3)
        self._data = TrainingData(s3, record, self.instances, self.folder)
        self.update(TrainingStartTime=time.time())
        ending = self._last_attempt(record)
        if self.instances.programs:
            self._upload(ending)
        self._finish(ending)

    def _last_attempt(self, record: dict[str, Any]) -> Ending:
        retries = record.get("RetryStrategy", {}).get("MaximumRetryAttempts", 0)
        while True:
            try:
                ending = self._attempt(record)
            except (JobError, TransferError, ServerStopped):
                raise
            except Exception:  # an InternalServerError, if it is the last attempt
                if retries == 0:
                    raise
                retries -= 1
                _LOGGER.exception("%s %s is tried again", self.kind, self.name)
            else:
                if ending.outcome != "Interrupted":
                    return ending
                self._interrupted()
            self._start_over()

    def _attempt(self, record: dict[str, Any]) -> Ending:
        self._began = time.time()
        hosts = training_container.hosts(record["ResourceConfig"]["InstanceCount"])
        training_container.check_hosts(hosts)
        self.instances.make(self.role, hosts, self.log_group)
        self._enter("Downloading")
        self._data.download(self.check_stopped)
        seconds = self._seconds_left(record)
        if self.check_stopped():
            return Ending("Stopped")
        if self.interruption.is_set():
            return Ending("Interrupted")
        if seconds <= 0:
            self.announce_stop()
            return Ending("TimedOut")
        self._enter("Training")
        return self._train(record, seconds)

    def _interrupted(self) -> None:
        self._data.save_checkpoints()
        self._unbilled += spot.unbilled(time.time() - self._began)
        self._enter("Interrupted")

    def _start_over(self) -> None:
        """Begins again on new instances, which have nothing of the earlier ones."""
        self.instances.drop()
        self.interruption.clear()
        self._enter("Starting")

    def _seconds_left(self, record: dict[str, Any]) -> float:
        """The seconds until the earlier one of both limits of StoppingCondition, which count all
        attempts together."""
        limits = record.get("StoppingCondition", {})
        running = limits.get("MaxRuntimeInSeconds", DEFAULT_MAX_SECONDS) - self._ran
        wait = limits.get("MaxWaitTimeInSeconds", float("inf"))
        waiting = record["CreationTime"] + wait - time.time()
        self._exceeded = "MaxWaitTimeExceeded" if waiting < running else "MaxRuntimeExceeded"
        return min(float(running), float(waiting))

    def _train(self, record: dict[str, Any], max_seconds: float) -> Ending:
        self._start_programs(record)
        start = time.monotonic()
        try:
            return self.supervise(max_seconds, self._each_second)
        finally:
            self._ran += time.monotonic() - start
            self._publish_metrics()

    def _start_programs(self, record: dict[str, Any]) -> None:
        port = str(_free_port())
        if warm_pools.uses_pool(record):
            self.cloud.service(WarmPools).bring_cache(record, self.instances)
        for instance in self.instances:
            training_container.write_configuration(record, instance, self.instances.hosts)
            command = training_container.command(record, instance)
            requested = training_container.environment(record, instance, port)
            variables = self.role.environment() | requested
            self.instances.start(instance, command, variables, self.metrics.scan)
        if self._profiler:
            self._profiler.follow([program.pid for program in self.instances.programs])

    def _each_second(self) -> None:
        if self._profiler:
            self._profiler.sample()
        self._publish_metrics()
        self._data.save_checkpoints_if_due()

    def _publish_metrics(self) -> None:
        final = self.metrics.final
        if final and final != self.record.get("FinalMetricDataList"):
            self.update(FinalMetricDataList=final)
        self.metrics.publish()

    def _upload(self, ending: Ending) -> None:
        """Uploads what SageMaker uploads: the model unless training failed; other output and
        checkpoints always."""
        self._enter("Uploading")
        if ending.outcome != "Failed" and (model := self._data.upload_model()):
            self.update(ModelArtifacts={"S3ModelArtifacts": str(model)})
        self._data.upload_output()
        self._data.save_checkpoints()
        if self._profiler:
            self.update(ProfilerRuleEvaluationStatuses=self._profiler.evaluate())

    def _finish(self, ending: Ending) -> None:
        match ending.outcome:
            case "Completed" | "Stopped":
                self.finish(ending.outcome)
            case "TimedOut":
                self.finish("Stopped", secondary=self._exceeded)
            case _:
                self.finish("Failed", self._failure(ending))

    def finish(self, status: str, reason: str = "", *, secondary: str = "", **changes: Any) -> None:
        self.instances.close()
        with self.changing:
            record = self.record
            transitions = record["SecondaryStatusTransitions"]
            changes |= secondary_status.enter(transitions, secondary or status, ended=True)
            changes |= unfinished_rules(record)
            changes |= self.cloud.service(WarmPools).end(record, reason, self.instances)
            if "TrainingStartTime" in record:
                seconds = time.time() - record["TrainingStartTime"]
                changes["TrainingTimeInSeconds"] = round(seconds)
                changes["BillableTimeInSeconds"] = round(seconds - self._unbilled)
            super().finish(status, reason, **changes)

    def stopping(self) -> None:
        stage = secondary_status.enter(self.record["SecondaryStatusTransitions"], "Stopping")
        self.update(TrainingJobStatus="Stopping", **stage)

    def _enter(self, status: str) -> None:
        with self.changing:
            self.update(**secondary_status.enter(self.record["SecondaryStatusTransitions"], status))

    def _failure(self, ending: Ending) -> str:
        """The failure file, which the toolkit writes with the script's last error message."""
        if ending.reason:
            return ending.reason
        instance = self.instances[ending.instance]
        text = instance.layout.read_text("output/failure", _LONGEST_FAILURE)
        if not text and instance.program:
            text = instance.program.last_line[:_LONGEST_FAILURE]
        return f"AlgorithmError: {text}, exit code: {ending.exit_code}"


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    return port
