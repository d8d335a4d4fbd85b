"""The tables of docs/benchmarks.md that `make bench` writes; the rest of the page is by hand."""

import re
from pathlib import Path

from benchmarks.measure import ROOT

PAGE = ROOT / "docs" / "benchmarks.md"


def write_section(name: str, content: str, page: Path = PAGE) -> None:
    """Replaces what is between the markers of `name`. LookupError where the page has none."""
    text = page.read_text()
    start, end = f"<!-- measured: {name} -->", f"<!-- end: {name} -->"
    pattern = re.compile(f"{re.escape(start)}\n.*?{re.escape(end)}", re.DOTALL)
    section = f"{start}\n\n{content.strip()}\n\n{end}"
    changed, found = pattern.subn(lambda _: section, text)
    if not found:
        raise LookupError(f"{page.name} has no {start}")
    page.write_text(changed)
