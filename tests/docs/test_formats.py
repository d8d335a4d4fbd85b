"""The tests that docs/bring-your-own.md names for what is read are there."""

import re

from ml_code.reading.columns import EXPORTS
from tests.docs.pages import ROOT, read

PAGE = read(ROOT / "docs" / "bring-your-own.md")
TESTS = [*(ROOT / "tests" / "ml_code").rglob("test_*.py"), *(ROOT / "tests" / "fuzz").glob("*.py")]


def test_every_named_test_and_file_of_tests_exists() -> None:
    named = set(re.findall(r"`(test_\w+)`", PAGE))
    there = {
        name for path in TESTS for name in re.findall(r"^def (test_\w+)", path.read_text(), re.M)
    }
    assert len(named) > 15
    assert named - there == set()
    files = set(re.findall(r"`(?:[\w/]+/)?(test_\w+\.py)`", PAGE))
    assert files - {path.name for path in TESTS} == set()


def test_every_export_is_on_the_page_with_its_columns() -> None:
    rows = [line for line in PAGE.splitlines() if line.startswith("| ")]
    for export in EXPORTS:
        columns = [f"`{name}`" for name in (*export.columns.required, export.columns.title) if name]
        assert any(", ".join(columns) in row for row in rows), export.name
