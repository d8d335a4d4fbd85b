"""Self-contained HTML reports: one style, and nothing that is loaded from elsewhere."""

from collections.abc import Iterable, Sequence
from html import escape

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
    """The whole page; `parts` are HTML."""
    return (
        f'<!doctype html><html lang="en"><head><meta charset="utf-8">'
        f'<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{escape(title)}</title><style>{_STYLE}</style></head>"
        f"<body><main><h1>{escape(title)}</h1>{''.join(parts)}</main></body></html>"
    )


def section(title: str, *parts: str) -> str:
    """A heading and what stands below it; `parts` are HTML."""
    return f"<section><h2>{escape(title)}</h2>{''.join(parts)}</section>"


def note(text: str) -> str:
    """A paragraph of explanation; `text` is plain."""
    return f'<p class="note">{escape(text)}</p>'


def table(head: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """A table of plain cells: the first column is aligned as text, the others as numbers."""
    names = "".join(f'<th scope="col">{escape(name)}</th>' for name in head)
    lines = "".join(
        "<tr>" + "".join(f"<td>{escape(str(cell))}</td>" for cell in row) + "</tr>" for row in rows
    )
    return scrolling(
        f"Table of {', '.join(head)}",
        f"<table><thead><tr>{names}</tr></thead><tbody>{lines}</tbody></table>",
    )


def scrolling(label: str, content: str) -> str:
    """`content`, HTML, in a box that scrolls in a narrow window, by keyboard too."""
    return (
        f'<div class="wide" role="region" tabindex="0" aria-label="{escape(label)}">{content}</div>'
    )
