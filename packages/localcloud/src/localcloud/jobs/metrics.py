"""Metrics that a training job prints: found by regular expression, kept as AWS keeps them.

CloudWatch has the values, and so has the job's trial component.
"""

import logging
import math
import re
import threading
import time
from collections.abc import Callable, Sequence
from typing import Any

from localcloud.core.errors import ValidationException

NAMESPACE = "/aws/sagemaker/TrainingJobs"
_LOGGER = logging.getLogger(__name__)
_BATCH = 500  # PutMetricData allows 1,000


class MetricScanner:
    """Scans output lines; `final` is FinalMetricDataList at any moment of the job.

    `keep` gets every value that is published.
    """

    def __init__(
        self,
        definitions: Sequence[dict[str, str]],
        cloudwatch: Any,
        job: str,
        keep: Callable[[Sequence[dict[str, Any]]], None] = lambda _: None,
    ) -> None:
        self._keep = keep
        self._patterns = [(entry["Name"], re.compile(entry["Regex"])) for entry in definitions]
        self._cloudwatch, self._job = cloudwatch, job
        self._lock = threading.Lock()
        self._latest: dict[str, dict[str, Any]] = {}
        self._pending: list[dict[str, Any]] = []

    @property
    def final(self) -> list[dict[str, Any]]:
        with self._lock:
            return list(self._latest.values())

    def scan(self, line: str) -> None:
        for name, pattern in self._patterns:
            for match in pattern.finditer(line):
                value = _number(match.group(1))
                if value is not None:
                    self._record(name, value)

    def _record(self, name: str, value: float) -> None:
        now = time.time()
        with self._lock:
            self._latest[name] = {"MetricName": name, "Value": value, "Timestamp": now}
            self._pending.append(
                {
                    "MetricName": name,
                    "Dimensions": [{"Name": "TrainingJobName", "Value": self._job}],
                    "Timestamp": now,
                    "Value": value,
                    "StorageResolution": 1,
                }
            )

    def publish(self) -> None:
        """Sends what was found since the last call to CloudWatch."""
        with self._lock:
            pending, self._pending = self._pending, []
        self._keep(pending)
        for start in range(0, len(pending), _BATCH):
            try:
                self._cloudwatch.put_metric_data(
                    Namespace=NAMESPACE, MetricData=pending[start : start + _BATCH]
                )
            except Exception:  # a metric that cannot be delivered must not end the job
                _LOGGER.exception("cannot publish metrics of %s", self._job)


def _number(text: str) -> float | None:
    """CloudWatch accepts neither NaN nor infinities."""
    try:
        value = float(text)
    except ValueError:
        return None
    return value if math.isfinite(value) else None


def check_definitions(definitions: Sequence[dict[str, str]]) -> None:
    """Raises ValidationException for a regex that does not compile or captures nothing."""
    for entry in definitions:
        try:
            groups = re.compile(entry["Regex"]).groups
        except re.error as error:
            raise ValidationException(
                f"Invalid regex {entry['Regex']!r} of metric {entry['Name']!r}: {error}"
            ) from error
        if groups < 1:
            raise ValidationException(
                f"Regex {entry['Regex']!r} of metric {entry['Name']!r} has no capturing group"
            )
