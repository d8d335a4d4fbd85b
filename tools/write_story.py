"""Writes the story of tests/integration/test_story.py, as it was run last, into
docs/operations.md."""

import json
import shlex
from typing import Any

from tools import blocks
from tools.assembly import PROJECT

RESULTS = PROJECT / "build" / "story.json"
PAGE = PROJECT / "docs" / "operations.md"
Step = dict[str, Any]


def render(story: dict[str, Any]) -> str:
    """When and where it was run, and each step with its commands, what they said, its figures."""
    steps = story["steps"]
    minutes = sum(step["seconds"] for step in steps) / 60
    head = f"As run on {story['date']} with {story['machine']}, {minutes:.1f} minutes in all:"
    return "\n\n".join([head, *(_render(number, step) for number, step in enumerate(steps, 1))])


def _render(number: int, step: Step) -> str:
    parts = [f"**{number}. {step['step']}** ({step['seconds']:.0f} s)"]
    if step["commands"]:
        said = "\n".join(
            line
            for command in step["commands"]
            for line in (f"$ {shlex.join(command['words'])}", *command["lines"])
        )
        parts.append(f"```\n{said}\n```")
    if step["figures"]:
        rows = [[name, str(value)] for name, value in step["figures"].items()]
        parts.append(blocks.table(["figure", "as run"], rows))
    return "\n\n".join(parts)


def main() -> None:
    story = json.loads(RESULTS.read_text(encoding="utf-8"))
    page = PAGE.read_text(encoding="utf-8")
    new = blocks.replace(page, "story", render(story), by="python -m tools.write_story")
    PAGE.write_text(new, encoding="utf-8")


if __name__ == "__main__":
    main()
