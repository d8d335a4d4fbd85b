"""The profiler report as one self-contained HTML page."""

from html import escape
from typing import Any

from common.html_report import document, note, section, table
from common.svg_charts import histogram, line_chart

_SERIES = (
    ("cpu_percent", "CPU utilisation, % of all cores", 100.0),
    ("gpu_percent", "GPU utilisation, %", 100.0),
    ("memory_mb", "Resident memory, MB", None),
    ("gpu_memory_mb", "GPU memory, MB", None),
)


def render(report: dict[str, Any]) -> str:
    """The page of what profiler_report.json holds."""
    findings = "".join(f"<li>{escape(line)}</li>" for line in report["findings"])
    return document(
        "Profile of the training",
        [
            f"<ul>{findings}</ul>",
            _step_times(report),
            _time_shares(report),
            *_resources(report["samples"]),
            _operators(report),
        ],
    )


def _step_times(report: dict[str, Any]) -> str:
    step, bins = report["step_ms"], report["step_histogram"]
    counts, edges = bins["counts"], bins["edges_ms"]
    labels = [
        f"{count} steps of {_ms(edges[number])} to {_ms(edges[number + 1])}"
        for number, count in enumerate(counts)
    ]
    return section(
        "Step time",
        note(
            f"{report['steps']:,} steps; mean {_ms(step['mean'])}, median {_ms(step['p50'])}, "
            f"p95 {_ms(step['p95'])}, p99 {_ms(step['p99'])}."
        ),
        histogram("Histogram of step times", counts, labels, (_ms(edges[0]), _ms(edges[-1]))),
    )


def _ms(value: float) -> str:
    return f"{value:,.0f} ms" if value >= 100 else f"{value:.1f} ms"


def _time_shares(report: dict[str, Any]) -> str:
    loading = report["data_loading_share"]
    rows = [
        ("data loading", f"{loading:.1%}"),
        ("forward, backward and optimiser", f"{1 - loading:.1%}"),
    ]
    return section("Data loading and computation", table(["part", "share of the time"], rows))


def _resources(samples: list[dict[str, float]]) -> list[str]:
    parts = []
    for name, title, top in _SERIES:
        values = [sample[name] for sample in samples if name in sample]
        if len(values) > 1:
            ends = ("0 s", f"{samples[-1]['second']:.0f} s")
            highest = max(values)
            chart = line_chart(title, values, top=top or highest * 1.1 or 1.0, ends=ends)
            parts.append(section(title, note(f"Maximum {highest:,.0f}."), chart))
    return parts


def _operators(report: dict[str, Any]) -> str:
    rows = [
        (entry["name"], f"{entry['ms']:,.1f}", f"{entry['share']:.1%}", f"{entry['calls']:,}")
        for entry in report["operators"]
    ]
    return section(
        "Most expensive operators",
        note("In the profiled steps, by self time: without the operators that they call."),
        table(["operator", "self time, ms", "share", "calls"], rows),
    )
