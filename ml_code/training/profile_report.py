"""What was measured of a training, as numbers and in sentences."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch

from contract.s3_keys import PROFILE_PAGE_FILE
from training.profile_page import render

_TOP_OPERATORS = 12
_BINS = 20


@dataclass(frozen=True, kw_only=True)
class Operator:
    """Calls of one of PyTorch's operators, and their own time: without that of others they call."""

    name: str
    ms: float
    calls: int


def profile_report(
    *,
    step_seconds: Sequence[float],
    loading_seconds: Sequence[float],
    operators: Sequence[Operator],
    samples: list[dict[str, float]],
) -> dict[str, Any]:
    """What profiler_report.json holds. `samples` are those of ResourceSampler."""
    steps, loading = np.array(step_seconds or [0.0]), np.array(loading_seconds or [0.0])
    counts, edges = np.histogram(1000 * steps, bins=_BINS)
    total = float(steps.sum() + loading.sum()) or 1.0
    report = {
        "steps": len(step_seconds),
        "step_ms": {
            "mean": round(1000 * float(steps.mean()), 2),
            **{f"p{q}": round(1000 * float(np.percentile(steps, q)), 2) for q in (50, 95, 99)},
        },
        "step_histogram": {"counts": counts.tolist(), "edges_ms": edges.round(2).tolist()},
        "data_loading_share": round(float(loading.sum()) / total, 4),
        "operators": _top_operators(operators),
        "samples": samples,
    }
    return {**report, "findings": _findings(report)}


def write_reports(report: dict[str, Any], folder: Path) -> None:
    """Writes profiler_report.json and profiler_report.html."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "profiler_report.json").write_text(json.dumps(report, indent=1))
    (folder / PROFILE_PAGE_FILE).write_text(render(report), encoding="utf-8")


def _top_operators(operators: Sequence[Operator]) -> list[dict[str, Any]]:
    merged: dict[str, dict[str, Any]] = {}
    for operator in operators:
        entry = merged.setdefault(operator.name, {"name": operator.name, "ms": 0.0, "calls": 0})
        entry["ms"] += operator.ms
        entry["calls"] += operator.calls
    total = sum(entry["ms"] for entry in merged.values()) or 1.0
    top = sorted(merged.values(), key=lambda entry: -entry["ms"])[:_TOP_OPERATORS]
    return [{**e, "ms": round(e["ms"], 2), "share": round(e["ms"] / total, 4)} for e in top]


def _findings(report: dict[str, Any]) -> list[str]:
    """What the numbers mean, in sentences."""
    loading = report["data_loading_share"]
    found = [
        f"Data loading takes {loading:.1%} of the time"
        + ("; the model waits for data." if loading > 0.1 else "; it is no bottleneck.")
    ]
    median, tail = report["step_ms"]["p50"], report["step_ms"]["p95"]
    if median and tail > 3 * median:
        found.append(
            f"1 step in 20 takes more than {tail / median:.1f} times the median: rows of uneven "
            "length, or other programs on the same cores."
        )
    if report["operators"]:
        first = report["operators"][0]
        found.append(
            f"{first['name']} is the most expensive operator, with {first['share']:.0%} of the "
            "profiled time."
        )
    busy = [sample["cpu_percent"] for sample in report["samples"]]
    if busy and not torch.cuda.is_available():
        mean = sum(busy) / len(busy)
        found.append(
            f"The process used {mean:.0f}% of all cores"
            + ("; the rest went to other programs or to waiting." if mean < 60 else ".")
        )
    return found
