"""What all kinds of jobs have in common: a thread, a record, an ending.

Not emulated: instance types (every instance is a process group on this machine), VPC settings,
network isolation.
"""

import logging
import os
import threading
import time
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from typing import Any, ClassVar

from localcloud.core.cloud import Cloud
from localcloud.core.s3 import TransferError
from localcloud.experiments import job_component
from localcloud.faults.capacity import ADVICE, NO_CAPACITY, lacks_capacity
from localcloud.iam.authorization import AccessDenied, Authorization
from localcloud.iam.call import volume_key
from localcloud.iam.role import Role
from localcloud.iam.role_actions import (
    image_pull_actions,
    log_and_metric_actions,
    log_group,
    volume_key_actions,
)
from localcloud.jobs import spot
from localcloud.jobs.instance_group import POLL_SECONDS, InstanceGroup
from localcloud.jobs.outcome import Ending, JobError, ServerStopped, data_error

GRACE_SECONDS = 120  # between SIGTERM and SIGKILL, as StopTrainingJob documents
LONGEST_REASON = 1024  # characters of FailureReason and ExitMessage
SERVER_STOPPED = "InternalServerError: the embedded AWS was stopped while the job was running"
RUNNING = ("InProgress", "Stopping")
_LOGGER = logging.getLogger(__name__)


class Job(ABC):
    """One job from its record to its ending. Runs in its own thread."""

    kind: ClassVar[str]  # of the record in the store
    noun: ClassVar[str]  # in messages, and with a capital in the names of members
    log_group: ClassVar[str]
    status_field: ClassVar[str]
    end_field: ClassVar[str]

    @classmethod
    def fail_unfinished(cls, cloud: Cloud) -> None:
        """Makes Failed, in their records, the jobs that an earlier server was running."""
        for record in cloud.store.list(cls.kind):
            if record[cls.status_field] in RUNNING:
                now = time.time()
                ended = {cls.status_field: "Failed", cls.end_field: now, "LastModifiedTime": now}
                name = record[f"{cls.noun.capitalize()}JobName"]
                cloud.store.update(
                    cls.kind, name, FailureReason=SERVER_STOPPED, **ended, **cls.at_the_end(record)
                )
                job_component.follow(cloud, cls.kind, name)

    @classmethod
    def at_the_end(cls, _record: Mapping[str, Any]) -> dict[str, Any]:
        """The other changes of the record of a job that an earlier server was running."""
        return {}

    def __init__(self, cloud: Cloud, name: str) -> None:
        self.cloud, self.name = cloud, name
        self.folder = cloud.data_dir / f"{self.kind}s" / name
        self.stop = threading.Event()
        self.abort = threading.Event()
        self.interruption = threading.Event()
        self.instances = InstanceGroup(cloud, self.kind, name, self.folder)
        self.changing = threading.RLock()  # the job's thread and requests change the record
        self._ended = False

    @property
    def record(self) -> dict[str, Any]:
        record = self.cloud.store.get(self.kind, self.name)
        if record is None:
            raise ServerStopped(f"{self.kind} {self.name} is gone")
        return record

    def update(self, **changes: Any) -> None:
        self.cloud.store.update(self.kind, self.name, LastModifiedTime=time.time(), **changes)
        job_component.follow(self.cloud, self.kind, self.name)

    def run(self) -> None:
        """Runs the job to an end that is in its record, whatever happens."""
        try:
            self.execute()
        except JobError as error:
            self.finish("Failed", str(error))
        except TransferError as error:
            self.finish("Failed", str(data_error("transfer", error)))
        except ServerStopped:
            self.finish("Failed", SERVER_STOPPED)
        except Exception as error:
            _LOGGER.exception("%s %s", self.kind, self.name)
            self.finish("Failed", f"InternalServerError: {type(error).__name__}: {error}")
        finally:
            self._clean_up()

    @abstractmethod
    def execute(self) -> None:
        """Every stage of the job up to `finish`."""

    def finish(self, status: str, reason: str = "", **changes: Any) -> None:
        self.instances.close()  # first: a job that has ended has a whole log and no process
        if reason:
            changes["FailureReason"] = reason[:LONGEST_REASON]
        with self.changing:
            self._ended = True
            self.update(**{self.status_field: status, self.end_field: time.time()}, **changes)

    def request_stop(self) -> bool:
        """Asks the job to stop; returns False if it has ended meanwhile."""
        with self.changing:
            if self._ended:
                return False
            self.announce_stop()
            self.stop.set()
            return True

    def announce_stop(self) -> None:
        with self.changing:
            if self.record[self.status_field] == "InProgress":
                self.stopping()

    def stopping(self) -> None:
        """Says in the record that the job is being stopped."""
        self.update(**{self.status_field: "Stopping"})

    def assume_role(self, arn: str) -> Role:
        try:
            return Role.assume(self.cloud, arn, self.name)
        except Exception as error:
            raise JobError(f"ClientError: Could not assume role {arn}: {error}") from error

    def check_rights(self, role: Role, image: str) -> None:
        """Raises JobError unless the role has the permissions that SageMaker uses itself."""
        authorization, key = self.cloud.service(Authorization), role.access_key
        try:
            authorization.require(key, image_pull_actions(image))
            authorization.require(key, volume_key_actions(volume_key(self.record)))
        except AccessDenied as error:
            raise JobError(f"ClientError: {error.message}") from error
        group = log_group(self.cloud.region, self.cloud.account, self.log_group)
        for action in log_and_metric_actions(group):  # without them it runs, too
            authorization.denial(key, [action])

    def check_capacity(self) -> None:
        """Raises JobError while a fault takes the machines of this kind of job away."""
        operation = "Create" + "".join(word.capitalize() for word in self.kind.split("-"))
        if lacks_capacity(self.cloud, operation, self.record):
            raise JobError(f"CapacityError: {NO_CAPACITY}. {ADVICE}")

    def supervise(self, max_seconds: float, each_second: Callable[[], None]) -> Ending:
        """Waits until all programs have ended, one has failed, or time or the user ends them."""
        deadline = time.monotonic() + max_seconds
        tick = time.monotonic()
        while not self.abort.is_set():
            if self.stop.is_set():
                return self._terminate("Stopped", GRACE_SECONDS)
            if self.interruption.is_set():
                return self._terminate("Interrupted", spot.NOTICE_SECONDS)
            if time.monotonic() > deadline:
                self.announce_stop()
                return self._terminate("TimedOut", GRACE_SECONDS)
            ending = self.instances.ending()
            if ending is not None:
                self.instances.close_programs()
                return ending
            if time.monotonic() >= tick:
                each_second()
                tick += 1
            time.sleep(POLL_SECONDS)
        raise ServerStopped

    def _terminate(self, outcome: str, grace_seconds: float) -> Ending:
        self.instances.terminate(grace_seconds, self.abort.is_set)
        return Ending(outcome)

    def check_stopped(self) -> bool:
        if self.abort.is_set():
            raise ServerStopped
        return self.stop.is_set()

    def _clean_up(self) -> None:
        if os.environ.get("LOCALCLOUD_KEEP_JOB_FOLDERS"):
            self.instances.close()
        else:
            self.instances.drop()
