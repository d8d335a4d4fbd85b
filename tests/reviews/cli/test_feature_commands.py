from pathlib import Path
from typing import Any

import pytest
from pyarrow import parquet

from tests.reviews.cli.commands import Reviews
from tests.reviews.worlds.runs_world import RunsWorld

HEADER = (
    '"review_id","date","sentiment","label_id","star_rating","input_ids","review_body","split_type"'
)
CSV = f"""{HEADER}
"a","2026-01-01T00:00:00.000Z","-1","0","1","[1, 2]","not
good","train"
"b","2026-01-01T00:00:00.000Z","1","2","5","[3]","","test"
"""


@pytest.fixture
def athena(runs: RunsWorld, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The statements that were run; the result of each is CSV."""
    statements: list[str] = []

    def start(QueryString: str, **_: Any) -> dict[str, Any]:
        statements.append(QueryString)
        return {"QueryExecutionId": "1"}

    def look(**_: Any) -> dict[str, Any]:
        place = {"OutputLocation": "s3://artefacts/athena/1.csv"}
        state = {"State": "SUCCEEDED"}
        return {"QueryExecution": {"Status": state, "ResultConfiguration": place}}

    def results(**_: Any) -> dict[str, Any]:
        cells = [[{"VarCharValue": "8"}], [{}]]
        rows = [{"Data": row} for row in cells]
        info = {"ColumnInfo": [{"Name": "reviews", "Type": "bigint"}]}
        return {"ResultSet": {"Rows": rows, "ResultSetMetadata": info}}

    monkeypatch.setattr(runs, "start_query_execution", start, raising=False)
    monkeypatch.setattr(runs, "get_query_execution", look, raising=False)
    monkeypatch.setattr(runs, "get_query_results", results, raising=False)
    runs.objects["athena/1.csv"] = CSV.encode()
    return statements


def test_query_prints_a_table_or_a_document(athena: list[str], reviews: Reviews) -> None:
    assert reviews("query", "SELECT 1").out.split() == ["reviews", "8"]
    assert reviews("query", "--json").json == {"columns": ["reviews"], "rows": [["8"], [""]]}
    assert athena[0] == "SELECT 1"
    assert "GROUP BY split_type, sentiment" in athena[1]


@pytest.mark.parametrize("sql", ["", "  ", "\n"])
def test_an_empty_query_is_refused_before_athena_is_asked(
    athena: list[str], reviews: Reviews, sql: str
) -> None:
    result = reviews("query", sql)
    assert (result.code, result.err, athena) == (1, "SQL: the query is empty\n", [])


def test_features_become_a_csv(athena: list[str], reviews: Reviews, tmp_path: Path) -> None:
    out = tmp_path / "features.csv"
    result = reviews("features", str(out))
    assert (result.code, result.out) == (0, f"2 reviews in {out}\n")
    assert out.read_text() == CSV
    assert list(tmp_path.iterdir()) == [out]


def test_features_of_a_time_become_parquet_with_types(
    athena: list[str], reviews: Reviews, tmp_path: Path
) -> None:
    out = tmp_path / "features.parquet"
    words = ("--at", "2026-01-31T12:00:00", "--split", "train", "--json")
    assert reviews("features", str(out), *words).json == {
        "out": str(out),
        "at": "2026-01-31T12:00:00+00:00",
        "split": "train",
        "rows": 2,
    }
    assert "\"date\" <= '2026-01-31T12:00:00.000Z'" in athena[0]
    assert "split_type = 'train'" in athena[0]
    rows = parquet.read_table(out).to_pylist()
    assert rows[0]["review_body"] == "not\ngood"
    assert (rows[0]["star_rating"], rows[1]["review_body"]) == (1, "")
    assert list(tmp_path.iterdir()) == [out]


@pytest.mark.parametrize(
    ("words", "reason"),
    [
        (("features.xlsx",), "features.xlsx: must end in .csv or .parquet"),
        (("nowhere/features.csv",), "nowhere/features.csv: there is no folder nowhere"),
        (("f.csv", "--split", "dev"), "--split dev: allowed is train, validation, test"),
    ],
)
def test_a_file_that_cannot_be_written_is_refused_before_any_query(
    athena: list[str], reviews: Reviews, words: tuple[str, ...], reason: str
) -> None:
    result = reviews("features", *words)
    assert (result.code, result.err, athena) == (1, f"{reason}\n", [])
