"""The Debugger's ProfilerReport rule, evaluated from measured samples of the job's processes.

Each second: CPU time, resident memory and disk traffic of every instance's process tree. After
training: the samples in the Debugger's own format under `<ProfilerConfig.S3OutputPath>/<job>/
profiler-output/system/`, and per rule a report under `<S3OutputPath>/<job>/rule-output/`.

Framework profiling (ProfilingParameters) ended with PyTorch 2.0 and the SDK's 2.130.0, on March 16,
2023: https://docs.aws.amazon.com/sagemaker/latest/dg/debugger-configure-framework-profiling.html.
Its parameters are kept and shown, since no library in newer images reads them; a job of an older
image, which would be profiled on AWS, is refused.

Not emulated: GPU rules (BatchSize, CPUBottleneck, LowGPUUtilization, …), sampling below one second.
Refused: rules other than ProfilerReport, and its parameters, all of which are thresholds of those
rules.
"""

import json
import os
import re
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import psutil
from botocore.exceptions import BotoCoreError, ClientError

from localcloud.core.errors import ValidationException
from localcloud.core.processes import tree
from localcloud.core.s3 import Location
from localcloud.jobs.images import PYTORCH_TRAINING, repository
from localcloud.jobs.profiler_report import render, summarise

RULE = "ProfilerReport"
_FIRST_WITHOUT = 2  # the version of PyTorch
_FRAMEWORK_VERSION = re.compile(r":(\d+)\.")
_UNFINISHED = "The training job ended before the rule was evaluated"


def check_rules(rules: Sequence[dict[str, Any]]) -> None:
    """Raises ValidationException for a rule that could not really be evaluated."""
    for rule in rules:
        invoked = rule.get("RuleParameters", {}).get("rule_to_invoke", "")
        if invoked != RULE:
            raise ValidationException(
                f"Profiler rule {rule['RuleConfigurationName']!r}: rule_to_invoke {invoked!r} "
                f"is not supported by localcloud, only {RULE!r}"
            )
        others = sorted(set(rule["RuleParameters"]) - {"rule_to_invoke"})
        if others:
            raise ValidationException(
                f"Profiler rule {rule['RuleConfigurationName']!r}: RuleParameters "
                f"{', '.join(others)} are not supported by localcloud"
            )


def check_parameters(image: str, config: Mapping[str, Any]) -> None:
    """Raises ValidationException for framework profiling that would be expected of the image."""
    version = _FRAMEWORK_VERSION.search(image)
    is_old = version is not None and int(version[1]) < _FIRST_WITHOUT
    if config.get("ProfilingParameters") and is_old and repository(image) == PYTORCH_TRAINING:
        raise ValidationException(
            f"ProfilerConfig.ProfilingParameters: framework profiling of image {image!r} is not "
            "supported by localcloud. AWS ended it with PyTorch 2.0 (March 16, 2023); take a newer "
            "image, or leave framework_profile_params out"
        )


def unfinished_rules(record: Mapping[str, Any]) -> dict[str, Any]:
    """The change to the record of a job that ends before its rules were evaluated."""
    evaluations = record.get("ProfilerRuleEvaluationStatuses", [])
    ended = [
        _status(entry, "Stopped", _UNFINISHED)
        if entry["RuleEvaluationStatus"] == "InProgress"
        else entry
        for entry in evaluations
    ]
    return {"ProfilerRuleEvaluationStatuses": ended} if ended else {}


class Profiler:
    """Samples the process trees of one job and evaluates its rules."""

    def __init__(self, record: dict[str, Any], s3: Any) -> None:
        self._record, self._s3 = record, s3
        self._pids: Sequence[int] = ()
        self._previous: dict[int, tuple[float, float, float]] = {}
        self._samples: list[dict[str, Any]] = []

    @classmethod
    def of(cls, record: dict[str, Any], s3: Any) -> "Profiler | None":
        """The profiler of a job; None when it has no profiler rule or switched the profiler off."""
        disabled = record.get("ProfilerConfig", {}).get("DisableProfiler", False)
        rules = record.get("ProfilerRuleConfigurations")
        return cls(record, s3) if rules and not disabled else None

    def follow(self, pids: Sequence[int]) -> None:
        """Samples these processes from now on; what was sampled is kept."""
        self._pids, self._previous = pids, {}

    def sample(self) -> None:
        for index, pid in enumerate(self._pids):
            node = f"algo-{index + 1}"
            usage = _tree_usage(pid)
            if usage is None:
                continue
            cpu_seconds, resident, disk = usage
            now = time.time()
            before = self._previous.get(index)
            self._previous[index] = (now, cpu_seconds, disk)
            if before is None:
                continue
            elapsed = max(now - before[0], 1e-3)
            cores = os.cpu_count() or 1
            # Children that ended take their CPU time with them, hence the lower bound.
            cpu = max(0.0, 100 * (cpu_seconds - before[1]) / elapsed / cores)
            written = max(0.0, (disk - before[2]) / elapsed)
            self._add(node, now, "cpu", "cpu_total", "CPUUtilization", cpu)
            share = 100 * resident / psutil.virtual_memory().total
            self._add(node, now, "memory", "memory_total", "MemoryUsedPercent", share)
            self._add(node, now, "disk", "disk_total", "DiskBytesPerSecond", written)

    def _add(
        self, node: str, now: float, kind: str, name: str, dimension: str, value: float
    ) -> None:
        self._samples.append(
            {
                "Type": kind,
                "Name": name,
                "Dimension": dimension,
                "Value": round(value, 4),
                "Timestamp": now,
                "NodeId": node,
            }
        )

    def evaluate(self) -> list[dict[str, Any]]:
        """Writes samples and reports to S3; returns ProfilerRuleEvaluationStatuses."""
        summary = summarise(self._samples, self._pids)
        rules = self._record["ProfilerRuleConfigurations"]
        try:
            self._write_samples()
            return [self._evaluate(rule, summary) for rule in rules]
        except (BotoCoreError, ClientError) as error:  # a report is no reason to fail the training
            return [_status(rule, "Error", str(error)) for rule in rules]

    def _evaluate(self, rule: dict[str, Any], summary: dict[str, Any]) -> dict[str, Any]:
        config = self._record["OutputDataConfig"]
        base = Location.parse(rule.get("S3OutputPath", config["S3OutputPath"]))
        name = rule["RuleConfigurationName"]
        target = base / self._record["TrainingJobName"] / "rule-output" / name / "profiler-output"
        if not self._samples:
            return _status(rule, "Error", "The job ended before the profiler took a sample")
        html = render(self._record["TrainingJobName"], summary, self._samples)
        self._put(target / "profiler-report.html", html)
        reports = target / "profiler-reports"
        self._put(reports / "OverallSystemUsage.json", json.dumps(summary, indent=1))
        return _status(rule, "NoIssuesFound")

    def _write_samples(self) -> None:
        path = self._record.get("ProfilerConfig", {}).get("S3OutputPath")
        if not path or not self._samples:
            return
        last = self._samples[-1]["Timestamp"]
        hour = time.strftime("%Y%m%d%H", time.gmtime(last))
        job = self._record["TrainingJobName"]
        target = Location.parse(path) / job / "profiler-output" / "system" / "incremental" / hour
        for node in sorted({sample["NodeId"] for sample in self._samples}):
            lines = [json.dumps(sample) for sample in self._samples if sample["NodeId"] == node]
            self._put(target / f"{int(last)}.{node}.json", "\n".join(lines) + "\n")

    def _put(self, location: Location, text: str) -> None:
        kind = "text/html" if Path(location.key).suffix == ".html" else "application/json"
        self._s3.put_object(
            Bucket=location.bucket, Key=location.key, Body=text.encode(), ContentType=kind
        )


def _status(rule: dict[str, Any], status: str, details: str = "") -> dict[str, Any]:
    evaluated = {
        "RuleConfigurationName": rule["RuleConfigurationName"],
        "RuleEvaluationStatus": status,
        "LastModifiedTime": time.time(),
    }
    return evaluated | ({"StatusDetails": details[:1024]} if details else {})


def _tree_usage(pid: int) -> tuple[float, float, float] | None:
    """CPU seconds, resident bytes and disk bytes of a process and its descendants; None if it has
    ended."""
    members = tree(pid)
    if not members:
        return None
    total = [0.0, 0.0, 0.0]
    for process in members:
        try:
            times = process.cpu_times()
            total[0] += times.user + times.system
            total[1] += process.memory_info().rss
            if hasattr(process, "io_counters"):  # not on macOS
                counters = process.io_counters()
                total[2] += counters.read_bytes + counters.write_bytes
        except psutil.Error:
            continue
    return total[0], total[1], total[2]
