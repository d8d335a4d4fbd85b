"""Warm pools: instances that stay for the next training job after one has ended.

Of an instance stays its cache folder, which the next job finds; a Python and the other folders are
made anew, which takes no time here. The states and the cache are those of
https://docs.aws.amazon.com/sagemaker/latest/dg/train-warm-pools.html. That a matching job takes a
pool over without a KeepAlivePeriodInSeconds of its own has been checked by nothing.
"""

import shutil
import threading
import time
from collections.abc import Callable, Iterable
from contextlib import suppress
from pathlib import Path

from localcloud.core.cloud import Cloud, Service
from localcloud.core.errors import ValidationException
from localcloud.core.records import Record
from localcloud.jobs import service_quotas
from localcloud.jobs.instance import Instance

CACHE = "/opt/ml/sagemaker/warmpoolcache"
CACHE_VARIABLE = "SAGEMAKER_MANAGED_WARMPOOL_CACHE_DIRECTORY"
FOLDER = "warm-pools"  # in the data folder: the caches of each pool, by the job that has left it
_KIND = "training-job"
_STATUS, _SINCE, _TAKEN = "WarmPoolStatus", "WarmPoolSince", "WarmPoolOf"
_SAME_RESOURCES = ("InstanceType", "InstanceCount", "VolumeSizeInGB", "VolumeKmsKeyId")
_SAME = ("RoleArn", "VpcConfig", "EnableNetworkIsolation", "EnableInterContainerTrafficEncryption")
_NOT_RETAINED = ("InternalServerError", "CapacityError")


def check_warm_pool(request: Record) -> None:
    """Raises an AwsError for a pool that is not allowed."""
    resources = request["ResourceConfig"]
    if period_of(request):
        if request.get("EnableManagedSpotTraining"):
            raise ValidationException(
                "KeepAlivePeriodInSeconds is not supported with EnableManagedSpotTraining."
            )
        count = resources["InstanceCount"]
        service_quotas.check("training warm pool", resources["InstanceType"], count)


def period_of(record: Record) -> int:
    """How many seconds the instances of a job stay; 0 where they do not."""
    seconds: int = record["ResourceConfig"].get("KeepAlivePeriodInSeconds", 0)
    return seconds


def uses_pool(record: Record) -> bool:
    """Whether a job has a cache folder."""
    return bool(period_of(record) or _TAKEN in record)


def shown(record: Record) -> Record:
    """The record with the present state of its pool, as Describe shows it."""
    status = record.get(_STATUS, {})
    if status.get("Status") != "Available":
        return record
    period, passed = period_of(record), time.time() - record[_SINCE]
    state = "Available" if passed < period else "Terminated"
    return record | {_STATUS: _ended(state, min(passed, period))}


def _ended(state: str, seconds: float) -> Record:
    return {"Status": state, "ResourceRetainedBillableTimeInSeconds": round(seconds)}


class WarmPools(Service):
    """The pools of one region. A job has at most one, and its record the state of it."""

    def __init__(self, cloud: Cloud) -> None:
        super().__init__(cloud)
        self._taking = threading.Lock()

    def recover(self) -> None:
        """Terminates the pools of an earlier server, whose instances are gone."""
        for record in self.cloud.store.list(_KIND):
            if record.get(_STATUS, {}).get("Status") in ("Available", "InUse"):
                self._update(record, _ended("Terminated", 0))

    def take(self, job: Record) -> None:
        """Gives a new job a pool that matches, if there is one."""
        with self._taking:
            for record in map(shown, self.cloud.store.list(_KIND)):
                if record.get(_STATUS, {}).get("Status") == "Available" and _match(record, job):
                    reused = {"ReusedByJob": job["TrainingJobName"], "Status": "Reused"}
                    self._update(record, record[_STATUS] | reused)
                    taken = {_STATUS: {"Status": "InUse"}, _TAKEN: record["TrainingJobName"]}
                    self.cloud.store.update(_KIND, job["TrainingJobName"], **taken)
                    return

    def change(self, name: str, seconds: int) -> None:
        """Sets how long a pool stays; 0 ends it.

        Raises ValidationException for a job whose instances are gone.
        """
        with self._taking:
            record = shown(self.cloud.store.get(_KIND, name) or {})
            status = record.get(_STATUS, {}).get("Status")
            if "TrainingEndTime" in record and status != "Available":
                raise ValidationException(
                    f"The training job {name} has no warm pool that is available."
                )
            period = {**record["ResourceConfig"], "KeepAlivePeriodInSeconds": seconds}
            self.cloud.store.update(_KIND, name, ResourceConfig=period)
            if status == "Available" and seconds == 0:
                self._update(record, record[_STATUS] | {"Status": "Terminated"})
                self._drop_cache(name)

    def _update(self, record: Record, status: Record) -> None:
        self.cloud.store.update(_KIND, record["TrainingJobName"], **{_STATUS: status})

    # -- the cache -----------------------------------------------------------------------------

    def bring_cache(self, record: Record, instances: Iterable[Instance]) -> None:
        """Makes the cache folder of each instance, with what is in that of the pool."""
        for instance in instances:
            folder = instance.layout.path(CACHE)
            folder.parent.mkdir(parents=True, exist_ok=True)
            if _TAKEN in record:
                with suppress(FileNotFoundError):
                    self._folder(record[_TAKEN], instance).rename(folder)
            folder.mkdir(exist_ok=True)

    def end(self, record: Record, reason: str, instances: Iterable[Instance]) -> Record:
        """The changes in the record of a job that has ended, with which its pool begins or ends."""
        self._drop_expired()
        if _TAKEN in record:
            self._drop_cache(record[_TAKEN])
        has_started = "TrainingStartTime" in record and not reason.startswith(_NOT_RETAINED)
        if has_started and period_of(record):
            for instance in instances:
                self._keep_cache(record, instance)
            return {_STATUS: _ended("Available", 0), _SINCE: time.time()}
        return {_STATUS: _ended("Terminated", 0)} if _STATUS in record else {}

    def _keep_cache(self, record: Record, instance: Instance) -> None:
        folder, kept = (
            instance.layout.path(CACHE),
            self._folder(record["TrainingJobName"], instance),
        )
        if folder.is_dir() and not folder.is_symlink():
            kept.parent.mkdir(parents=True, exist_ok=True)
            folder.rename(kept)

    def _drop_expired(self) -> None:
        for kept in (self.cloud.data_dir / FOLDER).glob("*"):
            record = self.cloud.store.get(_KIND, kept.name)
            if record is None or shown(record).get(_STATUS, {}).get("Status") == "Terminated":
                self._drop_cache(kept.name)

    def _drop_cache(self, name: str) -> None:
        shutil.rmtree(self.cloud.data_dir / FOLDER / name, ignore_errors=True)

    def _folder(self, job: str, instance: Instance) -> Path:
        return self.cloud.data_dir / FOLDER / job / instance.folder.name


def _match(pool: Record, job: Record) -> bool:
    def of(record: Record) -> list[object]:
        resources: Callable[[str], object] = record["ResourceConfig"].get
        return [*map(resources, _SAME_RESOURCES), *map(record.get, _SAME)]

    return of(pool) == of(job)
