"""Writes the results of the chaos tests into docs/reliability.md; `make chaos` runs it.

`python -m tools.write_reliability` replaces the tables of what was tried and keeps the others;
`--all`, which is for a run of all tests, removes those.
"""

import json
import re
import sys
from collections import Counter
from datetime import date
from pathlib import Path

from tools import blocks
from tools.assembly import PROJECT

RESULTS = PROJECT / "build" / "chaos"
PAGE = PROJECT / "docs" / "reliability.md"
_BLOCK, _BY = "outcomes", "make chaos"
_HEADER = ["what happened", "tried", "ended like an undisturbed run", "failed, then succeeded"]
_SECTION = re.compile(r"^### (?P<area>.+)\n(?P<text>(?:(?!### |<!-- ).*\n)*)", re.MULTILINE)
Note = dict[str, str]


def read(folder: Path = RESULTS) -> list[Note]:
    """All notes, the files in the order of their names."""
    files = sorted(folder.glob("*.jsonl"))
    return [json.loads(line) for file in files for line in file.read_text().splitlines()]


def sections(notes: list[Note]) -> dict[str, str]:
    """Area → its table, with the faults in the order in which they were tried first."""
    areas = dict.fromkeys(note["area"] for note in notes)
    return {area: f"{_days(notes, area)}\n\n{_table(notes, area)}" for area in areas}


def sections_of(page: str) -> dict[str, str]:
    """The sections of the page, by area."""
    block = page.partition(f"<!-- {_BLOCK}: ")[2].partition(f"<!-- end of {_BLOCK} ")[0]
    return {found["area"]: found["text"].strip() for found in _SECTION.finditer(block)}


def render(found: dict[str, str]) -> str:
    return "\n\n".join(f"### {area}\n\n{found[area]}" for area in sorted(found))


def _days(notes: list[Note], area: str) -> str:
    days = sorted({date.fromisoformat(note["day"]) for note in notes if note["area"] == area})
    return f"Tried on {' and '.join(f'{day:%d %B %Y}'.lstrip('0') for day in days)}."


def _table(notes: list[Note], area: str) -> str:
    found = Counter((n["fault"], n["outcome"]) for n in notes if n["area"] == area)
    rows = []
    for fault in dict.fromkeys(fault for fault, _ in found):
        same, again = found[fault, "same"], found[fault, "again"]
        rows.append([fault, str(same + again), str(same), str(again)])
    return blocks.table(_HEADER, rows)


def main(arguments: list[str]) -> None:
    page = PAGE.read_text(encoding="utf-8")
    kept = {} if "--all" in arguments else sections_of(page)
    content = render(kept | sections(read()))
    PAGE.write_text(blocks.replace(page, _BLOCK, content, by=_BY), encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1:])
