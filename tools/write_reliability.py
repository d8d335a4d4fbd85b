"""Writes the results of the chaos tests into docs/reliability.md; `make chaos` runs it."""

import json
from collections import Counter
from pathlib import Path

from tools import blocks
from tools.assembly import PROJECT

RESULTS = PROJECT / "build" / "chaos"
PAGE = PROJECT / "docs" / "reliability.md"
_HEADER = ["what happened", "tried", "ended like an undisturbed run", "failed, then succeeded"]
Note = dict[str, str]


def read(folder: Path = RESULTS) -> list[Note]:
    """All notes, the files in the order of their names."""
    files = sorted(folder.glob("*.jsonl"))
    return [json.loads(line) for file in files for line in file.read_text().splitlines()]


def render(notes: list[Note]) -> str:
    """A table for each area, with the faults in the order in which they were tried first."""
    areas = dict.fromkeys(note["area"] for note in notes)
    return "\n\n".join(f"### {area}\n\n{_table(notes, area)}" for area in areas)


def _table(notes: list[Note], area: str) -> str:
    found = Counter((n["fault"], n["outcome"]) for n in notes if n["area"] == area)
    rows = []
    for fault in dict.fromkeys(fault for fault, _ in found):
        same, again = found[fault, "same"], found[fault, "again"]
        rows.append([fault, str(same + again), str(same), str(again)])
    return blocks.table(_HEADER, rows)


def main() -> None:
    page = PAGE.read_text(encoding="utf-8")
    new = blocks.replace(page, "outcomes", render(read()), by="make chaos")
    PAGE.write_text(new, encoding="utf-8")


if __name__ == "__main__":
    main()
