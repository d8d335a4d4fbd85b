"""The profiler report as one self-contained HTML page."""

from collections.abc import Sequence
from html import escape
from typing import Any

_WIDTH, _HEIGHT = 640, 160
_STYLE = (
    "body{font:15px system-ui,sans-serif;max-width:46rem;margin:2rem auto;color:#222}"
    "table{border-collapse:collapse}td,th{padding:.25rem .7rem;text-align:right;"
    "border-bottom:1px solid #ddd}td:first-child,th:first-child{text-align:left}"
    "svg{background:#f6f7f9;border-radius:4px}"
)


def render(report: dict[str, Any]) -> str:
    """The page of a report that StepProfile made."""
    step = report["step_ms"]
    samples = report["samples"]
    parts = [
        "<h1>Profiler report</h1>",
        "<ul>" + "".join(f"<li>{escape(line)}</li>" for line in report["findings"]) + "</ul>",
        f"<h2>Step time</h2><p>{report['steps']} steps; median {step['p50']} ms, "
        f"p95 {step['p95']} ms, p99 {step['p99']} ms.</p>",
        _bars(report["step_histogram"]["counts"]),
        f"<p>{report['step_histogram']['edges_ms'][0]} ms to "
        f"{report['step_histogram']['edges_ms'][-1]} ms</p>",
        _series("Processor, % of all cores", [s["cpu_percent"] for s in samples], 100),
        _series("Memory, MB", [s["memory_mb"] for s in samples], None),
    ]
    if samples and "gpu_memory_mb" in samples[0]:
        parts.append(_series("GPU memory, MB", [s["gpu_memory_mb"] for s in samples], None))
    parts.append(_operators(report["operators"]))
    return page("Profiler report", "".join(parts))


def page(title: str, body: str) -> str:
    """A whole HTML document with the style of all reports."""
    return (
        f'<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{escape(title)}'
        f"</title><style>{_STYLE}</style></head><body>{body}</body></html>"
    )


def _bars(counts: Sequence[int]) -> str:
    top, width = max(counts) or 1, _WIDTH / len(counts)
    bars = "".join(
        f'<rect x="{at * width:.1f}" y="{_HEIGHT * (1 - count / top):.1f}" '
        f'width="{width - 2:.1f}" height="{_HEIGHT * count / top:.1f}" fill="#3b6fb6">'
        f"<title>{count} steps</title></rect>"
        for at, count in enumerate(counts)
    )
    return f'<svg viewBox="0 0 {_WIDTH} {_HEIGHT}" width="{_WIDTH}">{bars}</svg>'


def _series(title: str, values: Sequence[float], top: float | None) -> str:
    if len(values) < 2:
        return ""
    high = top or max(values) * 1.1 or 1.0
    points = " ".join(
        f"{at * _WIDTH / (len(values) - 1):.1f},{_HEIGHT * (1 - min(value, high) / high):.1f}"
        for at, value in enumerate(values)
    )
    return (
        f"<h2>{escape(title)}</h2><p>highest {max(values):.0f}</p>"
        f'<svg viewBox="0 0 {_WIDTH} {_HEIGHT}" width="{_WIDTH}">'
        f'<polyline points="{points}" fill="none" stroke="#3b6fb6" stroke-width="2"/></svg>'
    )


def _operators(operators: Sequence[dict[str, Any]]) -> str:
    rows = "".join(
        f"<tr><td>{escape(entry['name'])}</td><td>{entry['ms']}</td>"
        f"<td>{entry['share']:.1%}</td><td>{entry['calls']}</td></tr>"
        for entry in operators
    )
    return (
        "<h2>Top operators</h2><table><tr><th>operator</th><th>ms</th><th>share</th>"
        f"<th>calls</th></tr>{rows}</table>"
    )
