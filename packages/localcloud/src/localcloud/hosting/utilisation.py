"""Metrics of what instances use, in CloudWatch's /aws/sagemaker/Endpoints, every minute.

CPUUtilization is 100 for each core in use, MemoryUtilization and DiskUtilization are percent of
what the machine has: https://docs.aws.amazon.com/sagemaker/latest/dg/monitoring-cloudwatch.html
Measured are an instance's processes and its folder. Not emulated: GPUs; a serverless variant has
no instances.
"""

import logging
import shutil
import threading
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import psutil

from localcloud.core.cloud import Cloud
from localcloud.core.processes import tree
from localcloud.hosting.endpoint_metrics import dimensions
from localcloud.hosting.traffic import Traffic
from localcloud.jobs.memory import resident

NAMESPACE = "/aws/sagemaker/Endpoints"
_SECONDS = 60
_LOGGER = logging.getLogger(__name__)


class Utilisation:
    """`traffic` is what answers, by endpoint. `close` ends the measuring."""

    def __init__(
        self, cloud: Cloud, traffic: Mapping[str, Traffic], seconds: float = _SECONDS
    ) -> None:
        self._cloud, self._traffic, self._seconds = cloud, traffic, seconds
        self._cpu: dict[
            tuple[int, ...], tuple[float, float]
        ] = {}  # by processes: seconds, and when
        self._closed = threading.Event()
        self._thread = threading.Thread(target=self._run, name="utilisation", daemon=True)
        self._thread.start()

    def close(self) -> None:
        self._closed.set()
        self._thread.join()

    def _run(self) -> None:
        while not self._closed.wait(self._seconds):
            try:
                data = list(self.measure())
                if data:
                    self._cloud.client("cloudwatch").put_metric_data(
                        Namespace=NAMESPACE, MetricData=data
                    )
            except Exception:  # a minute that cannot be delivered must not end the others
                _LOGGER.exception("cannot publish what endpoints use")

    def measure(self) -> Iterator[dict[str, Any]]:
        """A datum of each metric of each instance; of CPU from the second time on."""
        now = time.time()
        for endpoint, traffic in list(self._traffic.items()):
            for variant in traffic.fleet.variants:
                for instance in variant.instances if not variant.serverless else ():
                    if not instance.pids:
                        continue
                    for name, value in self._of(instance.pids, instance.folder):
                        yield {
                            "MetricName": name,
                            "Dimensions": dimensions(endpoint, variant.name),
                            "Timestamp": now,
                            "Unit": "Percent",
                            "Value": value,
                        }

    def _of(self, pids: tuple[int, ...], folder: Path) -> Iterator[tuple[str, float]]:
        processes, now = [one for pid in pids for one in tree(pid)], time.monotonic()
        used = sum(map(_cpu_seconds, processes))
        before = self._cpu.get(pids)
        self._cpu[pids] = used, now
        if before and now > before[1]:
            yield "CPUUtilization", max(0.0, 100 * (used - before[0]) / (now - before[1]))
        held = sum(map(resident, processes))
        yield "MemoryUtilization", 100 * held / psutil.virtual_memory().total
        yield "DiskUtilization", 100 * _size(folder) / shutil.disk_usage(folder).total


def _cpu_seconds(process: psutil.Process) -> float:
    try:
        times = process.cpu_times()
    except psutil.Error:  # ended meanwhile
        return 0.0
    return float(times.user + times.system)


def _size(folder: Path) -> int:
    return sum(path.lstat().st_size for path in folder.rglob("*") if path.is_file())
