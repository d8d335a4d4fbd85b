"""docs/localcloud.md tells which operations there are, and where each is tested."""

import re
from dataclasses import dataclass
from pathlib import Path

import botocore.session
import pytest
from botocore import xform_name

from localcloud.composition import OPERATIONS
from localcloud.core.empty_lists import EMPTY_LISTS

TESTS = Path(__file__).parent
PAGE = TESTS.parents[2] / "docs" / "localcloud.md"
COMPARISON = PAGE.with_name("localcloud-compared.md")
_CODE = re.compile(r"`([^`]+)`")


@dataclass(frozen=True)
class Row:
    operations: tuple[str, ...]
    tests: tuple[str, ...]

    def __str__(self) -> str:
        return self.operations[0]


def tables() -> list[list[list[str]]]:
    """The cells of the rows of each table of the section."""
    section = PAGE.read_text().partition("\n## Operations\n")[2].partition("\n## ")[0]
    blocks = [block for block in section.split("\n\n") if block.startswith("|")]
    return [
        [row.strip("|").split("|") for row in block.strip().splitlines()[2:]] for block in blocks
    ]


def supported() -> list[Row]:
    return [
        Row(tuple(_CODE.findall(operations)), tuple(_CODE.findall(tests)))
        for operations, _, tests in tables()[0]
    ]


def refused() -> list[str]:
    return [word for _, words in tables()[1] for word in _CODE.findall(words)]


def others() -> set[str]:
    """The operations of the supported services that have no implementation."""
    session = botocore.session.get_session()
    services = {service for service, _ in OPERATIONS}
    return {
        name
        for service in services
        for name in session.get_service_model(service).operation_names
        if (service, name) not in OPERATIONS
    }


def is_mentioned(operation: str, text: str) -> bool:
    """By the name of the API, of boto3's method or of the CLI's command."""
    names = (operation, xform_name(operation), xform_name(operation, "-"))
    return re.search(rf"\b({'|'.join(names)})\b", text) is not None


def test_the_table_has_each_operation_once() -> None:
    listed = [name for row in supported() for name in row.operations]
    there = {name for _, name in OPERATIONS}
    assert there - set(listed) == set(), "not in the table of docs/localcloud.md"
    assert set(listed) - there == set(), "in the table, but not supported"
    assert len(listed) == len(set(listed))


@pytest.mark.parametrize("row", supported(), ids=str)
def test_an_operation_is_tested_where_the_table_says(row: Row) -> None:
    assert row.tests
    text = "\n".join((TESTS / name).read_text() for name in row.tests)
    assert [name for name in row.operations if not is_mentioned(name, text)] == []


def test_the_table_of_what_is_refused_covers_the_rest() -> None:
    words = refused()
    assert sorted(name for name in others() if not any(word in name for word in words)) == []


def test_each_word_of_what_is_refused_stands_for_something() -> None:
    names = others()
    assert [word for word in refused() if not any(word in name for name in names)] == []


def test_the_comparison_counts_the_operations() -> None:
    count = sum(service == "sagemaker" for service, _ in OPERATIONS)
    of_all = len(botocore.session.get_session().get_service_model("sagemaker").operation_names)
    text = f"of {of_all} | {count}, of which {len(EMPTY_LISTS)} are lists that are always empty |"
    assert text in COMPARISON.read_text()
