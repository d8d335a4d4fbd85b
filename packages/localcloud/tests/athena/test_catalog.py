"""SHOW and DESCRIBE, from a catalog of two databases."""

from typing import Any

import pytest

from localcloud.athena.catalog import Catalog, described_table
from localcloud.athena.statements import FailedQuery


def table(*names: str, keys: tuple[str, ...] = ()) -> dict[str, Any]:
    return {
        "StorageDescriptor": {"Columns": [{"Name": name, "Type": "bigint"} for name in names]},
        "PartitionKeys": [{"Name": name, "Type": "string", "Comment": "UTC"} for name in keys],
    }


CATALOG = Catalog(
    ["default", "shop"],
    {
        "shop/reviews": table("id", keys=("day",)),
        "shop/orders": table("id", "sum"),
        "default/notes": table("id"),
    },
)


def lines(statement: str, database: str = "shop") -> list[str | None]:
    return [line for (line,) in CATALOG.answer(statement, database).rows]


@pytest.mark.parametrize(
    ("statement", "found"),
    [
        ("SHOW TABLES", ["orders", "reviews"]),
        ("show tables in default;", ["notes"]),
        ("SHOW TABLES FROM `shop` 'rev*|nothing'", ["reviews"]),
        ("SHOW TABLES '*s'", ["orders", "reviews"]),
        ("SHOW DATABASES", ["default", "shop"]),
        ("SHOW SCHEMAS LIKE 's*'", ["shop"]),
    ],
)
def test_show_lists_names(statement: str, found: list[str]) -> None:
    assert lines(statement) == found


@pytest.mark.parametrize(
    "statement",
    [
        "SHOW COLUMNS IN reviews",
        "SHOW COLUMNS FROM shop.reviews",
        "SHOW COLUMNS IN reviews IN shop",
        "show  columns in `shop`.`reviews`",
    ],
)
def test_columns_are_those_of_the_table_and_its_partitions(statement: str) -> None:
    assert [(line or "").strip() for line in lines(statement)] == ["id", "day"]
    assert described_table(statement) in ((None, "reviews"), ("shop", "reviews"))


def test_describe_writes_lines_with_tabs_as_hive_does() -> None:
    answer = CATALOG.answer("DESCRIBE shop.reviews", "default")
    assert answer.columns == ["col_name", "data_type", "comment"]
    cells = [[cell.strip() for cell in (line or "").split("\t")] for (line,) in answer.rows]
    assert cells == [
        ["id", "bigint", ""],
        ["day", "string", "UTC"],
        ["", "", ""],
        ["# Partition Information", "", ""],
        ["# col_name", "data_type", "comment"],
        ["", "", ""],
        ["day", "string", "UTC"],
    ]
    assert all((line or "").count("\t") == 2 for (line,) in answer.rows)
    assert len(lines("DESC orders")) == 2


@pytest.mark.parametrize(
    ("statement", "reason"),
    [
        ("DESCRIBE nothing", "TABLE_NOT_FOUND: Table shop.nothing not found"),
        ("SHOW TABLES IN nowhere", "SCHEMA_NOT_FOUND: Database nowhere not found"),
        ("SHOW CREATE TABLE reviews", "NOT_SUPPORTED: SHOW CREATE is not supported"),
        ("MSCK REPAIR TABLE reviews", "NOT_SUPPORTED: MSCK REPAIR is not supported"),
        ("CREATE DATABASE x", "NOT_SUPPORTED: CREATE DATABASE is not supported"),
        ("INSERT INTO reviews SELECT 1", "NOT_SUPPORTED: INSERT INTO is not supported"),
    ],
)
def test_what_cannot_be_answered_fails_by_name(statement: str, reason: str) -> None:
    with pytest.raises(FailedQuery, match=f"^{reason}"):
        CATALOG.answer(statement, "shop")
    assert described_table("SHOW TABLES") is None
