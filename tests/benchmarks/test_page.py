import pytest

from benchmarks.__main__ import PLACES
from benchmarks.page import PAGE, write_section

TEXT = "# Page\n\n<!-- measured: one -->\n\nold\n\n<!-- end: one -->\n\nBy hand.\n"


def test_a_table_replaces_what_is_between_its_markers_and_nothing_else(tmp_path):
    page = tmp_path / "benchmarks.md"
    page.write_text(TEXT)
    for table in ("| a |", "| b\\1 |"):
        write_section("one", f"{table}\n", page)
        assert page.read_text() == TEXT.replace("old", table)


def test_a_page_without_the_markers_is_refused(tmp_path):
    page = tmp_path / "benchmarks.md"
    page.write_text(TEXT)
    with pytest.raises(LookupError, match="no <!-- measured: two -->"):
        write_section("two", "| a |", page)


@pytest.mark.parametrize("name", sorted(PLACES))
def test_the_page_has_a_place_for_each_table(name):
    assert f"<!-- measured: {name} -->\n" in PAGE.read_text()
    assert f"<!-- end: {name} -->\n" in PAGE.read_text()
