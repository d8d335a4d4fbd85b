"""The generated parts of docs/ are those that `make docs` makes now.

The diagrams need the synthesised app: tests/infra/test_documentation.py.
"""

import pytest

from contract.hyperparameters import TRAINING
from tests.docs.pages import ROOT, read
from tools import blocks, settings_reference, write_docs, write_reliability


def test_the_settings_are_current() -> None:
    page = read(ROOT / "docs" / "settings.md")
    assert write_docs.settings_page(page) == page, "run `make docs`"


def test_the_quotas_are_current() -> None:
    page = read(ROOT / "docs" / "aws-checklist.md")
    assert write_docs.checklist_page(page) == page, "run `make docs`"


def test_the_hyperparameters_are_current() -> None:
    page = read(ROOT / "docs" / "machine-learning.md")
    assert write_docs.machine_learning_page(page) == page, "run `make docs`"
    assert all(f"| `--{one.argument}` |" in page for one in TRAINING.values())


def test_the_policy_of_an_existing_key_is_current() -> None:
    page = read(ROOT / "docs" / "organisation.md")
    assert write_docs.organisation_page(page) == page, "run `make docs`"


def test_the_patches_of_ministack_are_current() -> None:
    page = read(ROOT / "docs" / "localcloud.md")
    assert write_docs.localcloud_page(page) == page, "run `make docs`"


def test_what_is_known_about_aws_is_current() -> None:
    page = read(ROOT / "docs" / "aws-truth.md")
    assert write_docs.truth_page(page) == page, "run `make docs`"


def test_every_setting_says_what_it_means() -> None:
    silent = [
        f"{cls.__name__}.{name}"
        for cls in settings_reference.dataclasses()
        for name, meaning in settings_reference.meanings(cls).items()
        if not meaning
    ]
    assert silent == [], "infra/settings needs a comment beside each"


def test_only_the_block_is_replaced() -> None:
    page = "a\n<!-- x: made by `make docs` -->\nold\n<!-- end of x -->\nb\n"
    replaced = blocks.replace(page, "x", "new")
    assert replaced == "a\n<!-- x: made by `make docs` -->\n\nnew\n\n<!-- end of x -->\nb\n"
    assert blocks.replace(replaced, "x", "new") == replaced


def test_a_page_without_the_block_is_refused() -> None:
    with pytest.raises(blocks.BlockMissing, match="no lines <!-- x: made by `make docs` -->"):
        blocks.replace("a page", "x", "new")


def note(area: str, fault: str, outcome: str, day: str = "2026-11-30") -> dict[str, str]:
    return {"area": area, "fault": fault, "outcome": outcome, "day": day}


def test_outcomes_are_counted_by_area_and_fault() -> None:
    notes = [note("Lost answers", "of x", outcome) for outcome in ("same", "again", "same")]
    notes.append(note("Kills", "y", "again", day="2026-12-01"))
    notes.append(note("Kills", "y", "again"))
    lines = write_reliability.render(write_reliability.sections(notes)).splitlines()
    assert [line for line in lines if line.startswith(("#", "T", "| of", "| y"))] == [
        "### Kills",
        "Tried on 30 November 2026 and 1 December 2026.",
        "| y | 2 | 0 | 2 |",
        "### Lost answers",
        "Tried on 30 November 2026.",
        "| of x | 3 | 2 | 1 |",
    ]


def test_what_was_not_tried_again_keeps_its_table() -> None:
    before = write_reliability.sections([note("Kills", "y", "again"), note("Old", "z", "same")])
    page = blocks.replace(
        "<!-- outcomes: made by `make chaos` -->\n<!-- end of outcomes -->\n### Other\n",
        "outcomes",
        write_reliability.render(before),
        by="make chaos",
    )
    found = write_reliability.sections_of(page)
    assert found == before
    assert (
        "| y | 1 | 1 | 0 |"
        in (found | write_reliability.sections([note("Kills", "y", "same")]))["Kills"]
    )


def test_a_table_keeps_its_columns() -> None:
    assert blocks.table(["a", "b"], [["1|2", "3"]]).splitlines()[2] == "| 1\\|2 | 3 |"
