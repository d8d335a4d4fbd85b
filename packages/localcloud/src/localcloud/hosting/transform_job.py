"""One transform job: the model is served on each instance, asked for each object, and uploaded.

Results are uploaded at the end, so that a stopped job leaves none, as AWS documents it. Those of
the other objects are kept where some fail; the job has failed then.
"""

import time
from collections.abc import Sequence
from concurrent.futures import Future, ThreadPoolExecutor, wait
from typing import Any

from localcloud.core.cloud import Cloud
from localcloud.core.records import Record
from localcloud.core.s3 import Location, TransferError
from localcloud.hosting.container_process import StartError
from localcloud.hosting.instance_spec import InstanceSpec, instance_id
from localcloud.hosting.model_containers import containers
from localcloud.hosting.serving_instance import ServingInstance
from localcloud.hosting.transform_instance import (
    InputObject,
    ObjectFailure,
    Settings,
    TransformInstance,
)
from localcloud.iam.role import Role
from localcloud.jobs.instance import mark
from localcloud.jobs.job import Job
from localcloud.jobs.logs import LogStream
from localcloud.jobs.outcome import JobError, data_transfer
from localcloud.jobs.transfer import Source, upload_file

KIND = "transform-job"
_POLL_SECONDS = 0.1
_UNHEALTHY = (
    "Model container failed to respond to ping. Please ensure /ping endpoint is implemented and "
    "responds with an HTTP 200 status code."
)
# Members of the request that the container gets as environment variables.
_VARIABLES = {
    "MaxPayloadInMB": "SAGEMAKER_MAX_PAYLOAD_IN_MB",
    "MaxConcurrentTransforms": "SAGEMAKER_MAX_CONCURRENT_TRANSFORMS",
}
_STRATEGIES = {"SingleRecord": "SINGLE_RECORD", "MultiRecord": "MULTI_RECORD"}


class TransformJob(Job):
    """Serves the model on each instance and collects the results."""

    kind = KIND
    noun = "transform"
    log_group = "/aws/sagemaker/TransformJobs"
    status_field = "TransformJobStatus"
    end_field = "TransformEndTime"

    def __init__(self, cloud: Cloud, name: str, model: Record) -> None:
        super().__init__(cloud, name)
        self._model = model
        self._workers: list[TransformInstance] = []

    def execute(self) -> None:
        record = self.record
        role = self.assume_role(self._model["ExecutionRoleArn"])
        for container in containers(self._model).values():
            self.check_rights(role, container["Image"])
        self.check_capacity()
        self.update(TransformStartTime=time.time())
        objects = self._find_objects(record, role)
        self._make_workers(record, role, objects)
        if not self.check_stopped():
            self._run_workers()
        if self.check_stopped():
            return self.finish("Stopped")
        self._upload(record, role, objects)
        reasons = [_reason(entry, entry.failure) for entry in objects if entry.failure]
        if reasons:
            return self.finish("Failed", reasons[0])
        self.finish("Completed")

    def finish(self, status: str, reason: str = "", **changes: Any) -> None:
        self._close_workers()
        super().finish(status, reason, **changes)

    def _close_workers(self) -> None:
        for worker in self._workers:
            worker.close()

    def _find_objects(self, record: Record, role: Role) -> list[InputObject]:
        description = record["TransformInput"]["DataSource"]["S3DataSource"]
        source = Source(description["S3Uri"], description["S3DataType"])
        with data_transfer("download"):
            found = source.objects(role.client("s3"))
        folder = self.folder / "objects"
        return [
            InputObject(location, name, folder / str(index))
            for index, (location, name) in enumerate(found)
        ]

    def _make_workers(self, record: Record, role: Role, objects: Sequence[InputObject]) -> None:
        count, settings = record["TransformResources"]["InstanceCount"], Settings.of(record)
        epoch = int(time.time() * 1000)
        for index in range(count):
            identifier = instance_id()
            spec = InstanceSpec(
                folder=self.folder / identifier,
                mark=mark(self.cloud, KIND, self.name, identifier),
                log_group=self.log_group,
                log_stream=f"{self.name}/{identifier}-{epoch}",
                unhealthy=_UNHEALTHY,
                environment=_environment(record),
            )
            log = LogStream(role.client("logs"), self.log_group, f"{spec.log_stream}/data-log")
            instance = ServingInstance(self.cloud, spec, self._model)
            share = objects[index::count]
            worker = TransformInstance(instance, log, role.client("s3"), settings, share)
            self._workers.append(worker)

    def _run_workers(self) -> None:
        """Runs the workers until all have ended, or one has failed, or the user or the server ends
        them."""
        with ThreadPoolExecutor(len(self._workers)) as pool:
            running = [pool.submit(worker.run) for worker in self._workers]
            while wait(running, _POLL_SECONDS).not_done:
                if self.stop.is_set() or self.abort.is_set() or any(map(_has_failed, running)):
                    self._close_workers()
                    break
        for future in running:
            _raise_failure(future)

    def _upload(self, record: Record, role: Role, objects: Sequence[InputObject]) -> None:
        output, s3 = record["TransformOutput"], role.client("s3")
        target = Location.parse(output["S3OutputPath"])
        with data_transfer("upload"):
            for entry in objects:
                if entry.result:
                    key = output.get("KmsKeyId", "")
                    upload_file(s3, entry.result, target / f"{entry.name}.out", key)


def _environment(record: Record) -> dict[str, str]:
    variables = {name: str(record[field]) for field, name in _VARIABLES.items() if field in record}
    if "BatchStrategy" in record:
        variables["SAGEMAKER_BATCH_STRATEGY"] = _STRATEGIES[record["BatchStrategy"]]
    return {"SAGEMAKER_BATCH": "true", **variables, **record.get("Environment", {})}


def _has_failed(future: "Future[None]") -> bool:
    return future.done() and future.exception() is not None


def _raise_failure(future: "Future[None]") -> None:
    try:
        future.result()
    except StartError as error:
        raise JobError(f"AlgorithmError: {error}") from error
    except TransferError as error:
        raise JobError(f"ClientError: Failed to download model data: {error}") from error


def _reason(entry: InputObject, failure: ObjectFailure) -> str:
    """AWS only points to the log. What it says of the object is added."""
    return f"{failure.kind}: See job logs for more information. {entry}: {failure}"
