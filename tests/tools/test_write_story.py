"""The story in docs/operations.md."""

from tools.write_story import render

STEP = {
    "step": "A file is scored",
    "seconds": 21.4,
    "commands": [{"words": ["reviews", "score", "my file.csv"], "lines": ["80 rows"]}],
    "figures": {"accuracy": 0.9},
}


def test_a_step_has_its_commands_what_they_said_and_its_figures() -> None:
    steps = [STEP, {**STEP, "commands": [], "figures": {}}]
    story = {"date": "30 November 2026", "machine": "2 processors", "steps": steps}
    assert render(story) == (
        "As run on 30 November 2026 with 2 processors, 0.7 minutes in all:\n\n"
        "**1. A file is scored** (21 s)\n\n"
        "```\n$ reviews score 'my file.csv'\n80 rows\n```\n\n"
        "| figure | as run |\n| --- | --- |\n| accuracy | 0.9 |\n\n"
        "**2. A file is scored** (21 s)"
    )
