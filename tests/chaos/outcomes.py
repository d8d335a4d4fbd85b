"""What the chaos tests found out, kept for docs/reliability.md: tools/write_reliability.py."""

import json
from collections.abc import Callable
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path

RESULTS = Path(__file__).parents[2] / "build" / "chaos"


class Outcome(StrEnum):
    """The two ends that a fault may have."""

    SAME = "same"  # succeeded, with what an undisturbed run leaves
    AGAIN = "again"  # failed with step and reason, nothing ran on, and the next try succeeded


Tried = Callable[[str, str, Outcome], None]


def note(area: str, fault: str, outcome: Outcome) -> None:
    """To be called once all of a scenario is checked. `area` is the title of a table."""
    RESULTS.mkdir(parents=True, exist_ok=True)
    day = datetime.now(UTC).date().isoformat()
    line = json.dumps({"area": area, "fault": fault, "outcome": outcome, "day": day})
    with (RESULTS / f"{area.lower().replace(' ', '-')}.jsonl").open("a") as file:
        file.write(f"{line}\n")
