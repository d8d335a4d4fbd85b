"""The profiler report as one self-contained HTML page."""

from html import escape
from typing import Any

from common.page import bars, document, lines, note, section, table

_SERIES = (
    ("cpu_percent", "Processor, % of all cores", 100.0),
    ("gpu_percent", "GPU, % of the time", 100.0),
    ("memory_mb", "Memory, MB", None),
    ("gpu_memory_mb", "GPU memory, MB", None),
)


def render(report: dict[str, Any]) -> str:
    """The page of a report that StepProfile made."""
    findings = "".join(f"<li>{escape(line)}</li>" for line in report["findings"])
    return document(
        "Profile of the training",
        [
            f"<ul>{findings}</ul>",
            _step_times(report),
            _where_time_goes(report),
            *_series(report["samples"]),
            _operators(report),
        ],
    )


def _step_times(report: dict[str, Any]) -> str:
    step, histogram = report["step_ms"], report["step_histogram"]
    counts, edges = histogram["counts"], histogram["edges_ms"]
    labels = [
        f"{n} steps of {_ms(edges[at])} to {_ms(edges[at + 1])}" for at, n in enumerate(counts)
    ]
    return section(
        "Step time",
        note(
            f"{report['steps']:,} steps; mean {_ms(step['mean'])}, median {_ms(step['p50'])}, "
            f"p95 {_ms(step['p95'])}, p99 {_ms(step['p99'])}."
        ),
        bars("Steps by duration", counts, labels, (_ms(edges[0]), _ms(edges[-1]))),
    )


def _ms(value: float) -> str:
    return f"{value:,.0f} ms" if value >= 100 else f"{value:.1f} ms"


def _where_time_goes(report: dict[str, Any]) -> str:
    loading = report["data_loading_share"]
    rows = [("making batches", f"{loading:.1%}"), ("computing", f"{1 - loading:.1%}")]
    return section("Share of the time", table(["what", "share"], rows))


def _series(samples: list[dict[str, float]]) -> list[str]:
    parts = []
    for name, title, top in _SERIES:
        values = [sample[name] for sample in samples if name in sample]
        if len(values) > 1:
            ends = ("0 s", f"{samples[-1]['second']:.0f} s")
            highest = max(values)
            plot = lines(title, values, top=top or highest * 1.1 or 1.0, ends=ends)
            parts.append(section(title, note(f"highest {highest:,.0f}"), plot))
    return parts


def _operators(report: dict[str, Any]) -> str:
    rows = [
        (entry["name"], f"{entry['ms']:,.1f}", f"{entry['share']:.1%}", f"{entry['calls']:,}")
        for entry in report["operators"]
    ]
    return section(
        "Top operators",
        note("Of the profiled steps, by the operator's own time."),
        table(["operator", "ms", "share", "calls"], rows),
    )
