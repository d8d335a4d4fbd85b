"""The ProfilerReport as numbers and as a page: what the samples say, nothing more."""

import html
from collections.abc import Sequence
from typing import Any

_QUANTILES = (("p50", 0.5), ("p95", 0.95), ("p99", 0.99))
_WIDTH, _HEIGHT = 720, 120
_STYLE = """
:root { color-scheme: light dark; --ink: #1f2430; --page: #fff; --line: #d7dbe3; --mark: #2f6db5; }
@media (prefers-color-scheme: dark) {
  :root { --ink: #e6e8ee; --page: #12161d; --line: #363c4a; --mark: #6ea8ee; } }
body { font: 15px/1.5 system-ui, sans-serif; max-width: 46rem; margin: 2rem auto; padding: 0 1rem;
  color: var(--ink); background: var(--page); }
h1 { overflow-wrap: anywhere; }
.wide { overflow-x: auto; }
td, th { padding: .2rem .8rem; text-align: right; border-bottom: 1px solid var(--line); }
td:first-child, th:first-child { text-align: left; }
figure { margin: 1rem 0; }
svg { width: 100%; }
polyline { fill: none; stroke: var(--mark); }
"""
_TITLES = {
    "CPUUtilization": "CPU of all cores, %",
    "MemoryUsedPercent": "memory of the machine, %",
    "DiskBytesPerSecond": "disk traffic, bytes/s",
}


def summarise(samples: Sequence[dict[str, Any]], pids: Sequence[int]) -> dict[str, Any]:
    """Quantiles of each measured dimension per node, and the time that the samples cover."""
    stamps = [sample["Timestamp"] for sample in samples]
    nodes = [f"algo-{index + 1}" for index in range(len(pids))]
    return {
        "RuleName": "OverallSystemUsage",
        "Datapoints": len(samples),
        "StartTime": min(stamps, default=None),
        "EndTime": max(stamps, default=None),
        "Nodes": {
            node: {name: _quantiles(_values(samples, node, name)) for name in _TITLES}
            for node in nodes
        },
    }


def _values(samples: Sequence[dict[str, Any]], node: str, dimension: str) -> list[float]:
    return [s["Value"] for s in samples if s["NodeId"] == node and s["Dimension"] == dimension]


def _quantiles(values: Sequence[float]) -> dict[str, float]:
    if not values:
        return {}
    ordered = sorted(values)
    last = len(ordered) - 1
    found = {name: ordered[round(share * last)] for name, share in _QUANTILES}
    return {"min": ordered[0], **found, "max": ordered[-1]}


def render(job: str, summary: dict[str, Any], samples: Sequence[dict[str, Any]]) -> str:
    """A page with no external resource: a table and a chart per node and dimension."""
    sections = []
    for node, dimensions in summary["Nodes"].items():
        rows = "".join(_row(name, quantiles) for name, quantiles in dimensions.items())
        charts = "".join(_chart(name, _values(samples, node, name)) for name in dimensions)
        head = "<tr><th>dimension<th>min<th>p50<th>p95<th>p99<th>max</tr>"
        table = (
            f'<div class="wide" role="region" tabindex="0" aria-label="{html.escape(node)}">'
            f"<table>{head}{rows}</table></div>"
        )
        sections.append(f"<h2>{html.escape(node)}</h2>{table}{charts}")
    seconds = (summary["EndTime"] or 0) - (summary["StartTime"] or 0)
    return (
        '<!doctype html><html lang="en"><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>Profiler report</title><style>{_STYLE}</style>"
        f"<h1>Profiler report of {html.escape(job)}</h1>"
        f"<p>{summary['Datapoints']} data points in {seconds:.0f} s, measured once a second over "
        "the processes of each instance. GPU and framework rules are not evaluated.</p>"
        + "".join(sections)
    )


def _row(name: str, quantiles: dict[str, float]) -> str:
    cells = "".join(f"<td>{value:,.1f}" for value in quantiles.values())
    return f"<tr><th>{html.escape(_TITLES[name])}{cells}</tr>"


def _chart(name: str, values: Sequence[float]) -> str:
    if len(values) < 2:
        return ""
    top = max(max(values), 1e-9)
    step = _WIDTH / (len(values) - 1)
    points = " ".join(
        f"{i * step:.1f},{_HEIGHT - v / top * _HEIGHT:.1f}" for i, v in enumerate(values)
    )
    return (
        f"<figure><figcaption>{html.escape(_TITLES[name])} (top: {top:,.1f})</figcaption>"
        f'<svg viewBox="0 0 {_WIDTH} {_HEIGHT}"><polyline points="{points}"/></svg></figure>'
    )
