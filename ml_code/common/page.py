"""Self-contained HTML reports: one look, plots as SVG, nothing loaded from elsewhere."""

from collections.abc import Iterable, Sequence
from html import escape

_WIDTH, _HEIGHT = 640, 160
_STYLE = """
:root { color-scheme: light dark; --ink: #1f2430; --soft: #667085; --line: #d7dbe3;
  --panel: #f5f6f9; --mark: #2f6db5; --page: #fff; }
@media (prefers-color-scheme: dark) { :root { --ink: #e6e8ee; --soft: #9aa3b5; --line: #363c4a;
  --panel: #1c212b; --mark: #6ea8ee; --page: #12161d; } }
body { font: 15px/1.5 system-ui, sans-serif; max-width: 46rem; margin: 2rem auto; padding: 0 1rem;
  color: var(--ink); background: var(--page); }
h1 { font-size: 1.6rem; } h2 { font-size: 1.15rem; margin-top: 2rem; }
table { border-collapse: collapse; width: 100%; }
td, th { padding: .3rem .6rem; text-align: right; vertical-align: top;
  border-bottom: 1px solid var(--line); }
td:first-child, th:first-child { text-align: left; }
th { color: var(--soft); font-weight: 600; }
svg { width: 100%; height: auto; background: var(--panel); border-radius: 6px; }
svg text { fill: var(--soft); font: 11px system-ui, sans-serif; }
svg { margin-bottom: .5rem; }
.wide { overflow-x: auto; }
p.note { color: var(--soft); }
@media (max-width: 40rem) { .plot text { font-size: 20px; } td, th { padding: .3rem; } }
"""


def document(title: str, parts: Iterable[str]) -> str:
    """The whole page."""
    return (
        f'<!doctype html><html lang="en"><head><meta charset="utf-8">'
        f'<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{escape(title)}</title><style>{_STYLE}</style></head>"
        f"<body><main><h1>{escape(title)}</h1>{''.join(parts)}</main></body></html>"
    )


def section(title: str, *parts: str) -> str:
    return f"<section><h2>{escape(title)}</h2>{''.join(parts)}</section>"


def note(text: str) -> str:
    return f'<p class="note">{escape(text)}</p>'


def table(head: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """The first column is aligned as text, the others as numbers."""
    names = "".join(f'<th scope="col">{escape(name)}</th>' for name in head)
    lines = "".join(
        "<tr>" + "".join(f"<td>{escape(str(cell))}</td>" for cell in row) + "</tr>" for row in rows
    )
    return scrolling(
        f"Table of {', '.join(head)}",
        f"<table><thead><tr>{names}</tr></thead><tbody>{lines}</tbody></table>",
    )


def scrolling(label: str, content: str) -> str:
    """A box that scrolls in a narrow window, by keyboard too."""
    return (
        f'<div class="wide" role="region" tabindex="0" aria-label="{escape(label)}">{content}</div>'
    )


def bars(title: str, heights: Sequence[float], labels: Sequence[str], ends: tuple[str, str]) -> str:
    """One bar a height; `labels` appear when pointed at, `ends` under the first and last bar."""
    top, width = max(heights, default=0) or 1, _WIDTH / max(1, len(heights))
    shapes = "".join(
        f'<rect x="{at * width + 1:.1f}" y="{_HEIGHT * (1 - height / top):.1f}" '
        f'width="{max(1.0, width - 2):.1f}" height="{_HEIGHT * height / top:.1f}" '
        f'fill="var(--mark)"><title>{escape(label)}</title></rect>'
        for at, (height, label) in enumerate(zip(heights, labels, strict=True))
    )
    return _svg(title, shapes + _ends(ends))


def lines(title: str, values: Sequence[float], *, top: float, ends: tuple[str, str]) -> str:
    """Values at equal distances, from 0 to `top`."""
    points = " ".join(
        f"{at * _WIDTH / max(1, len(values) - 1):.1f},{_HEIGHT * (1 - min(value, top) / top):.1f}"
        for at, value in enumerate(values)
    )
    line = f'<polyline points="{points}" fill="none" stroke="var(--mark)" stroke-width="2"/>'
    return _svg(title, line + f'<text x="4" y="12">{top:,.0f}</text>' + _ends(ends))


def against_diagonal(
    title: str, points: Sequence[tuple[float, float, str]], axes: tuple[str, str]
) -> str:
    """(x, y, label) points, both from 0 to 1, with the line on which they would be equal."""
    size = 320
    at = [(f"{size * x:.1f}", f"{size * (1 - y):.1f}", escape(label)) for x, y, label in points]
    path = " ".join(f"{x},{y}" for x, y, _ in at)
    marks = "".join(
        f'<circle cx="{x}" cy="{y}" r="6" fill="var(--mark)"><title>{label}</title></circle>'
        for x, y, label in at
    )
    across, up = map(escape, axes)
    return (
        f'<svg viewBox="-10 -10 {size + 20} {size + 20}" style="max-width:{size}px" role="img" '
        f'aria-label="{escape(title)}">'
        f'<line x1="0" y1="{size}" x2="{size}" y2="0" stroke="var(--soft)" stroke-dasharray="4"/>'
        f'<polyline points="{path}" fill="none" stroke="var(--mark)"/>{marks}'
        f'<text x="0" y="6">{up}, 0 to 1</text>'
        f'<text x="{size}" y="{size + 4}" text-anchor="end">{across}, 0 to 1</text></svg>'
    )


def _svg(title: str, content: str) -> str:
    return (
        f'<svg class="plot" viewBox="0 -4 {_WIDTH} {_HEIGHT + 24}" role="img" '
        f'aria-label="{escape(title)}">'
        f"{content}</svg>"
    )


def _ends(ends: tuple[str, str]) -> str:
    first, last = map(escape, ends)
    return (
        f'<text x="4" y="{_HEIGHT + 15}">{first}</text>'
        f'<text x="{_WIDTH - 4}" y="{_HEIGHT + 15}" text-anchor="end">{last}</text>'
    )
