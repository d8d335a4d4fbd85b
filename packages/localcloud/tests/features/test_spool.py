"""Rows on their way to the offline store, and the files that they become."""

import io
import json
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from localcloud.features import parquet
from localcloud.features.online import OnlineStore
from localcloud.features.spool import Row
from worlds.feature_world import definition
from worlds.wire_client import new_cloud

DEFINITIONS = [
    definition("review_id"),
    definition("Words", "Integral"),
    definition("score", "Fractional"),
]
HOUR = 1_767_322_800  # 2026-01-02T03:00:00Z


def row(identity: str, seconds: float = 0, **values: str) -> Row:
    text = json.dumps({"review_id": identity, **values})
    return Row(HOUR + seconds, HOUR + seconds, False, text)


@pytest.fixture
def store(tmp_path: Path) -> OnlineStore:
    return OnlineStore(new_cloud(tmp_path))


def test_a_batch_that_was_begun_is_the_same_for_the_next_server(tmp_path: Path) -> None:
    first = OnlineStore(new_cloud(tmp_path)).spool
    for number in range(3):
        first.add("reviews", row(f"r{number}"))
    begun = first.batch("reviews", 2)
    assert begun is not None
    assert [one.record for one in begun.rows] == [row("r0").record, row("r1").record]
    second = OnlineStore(new_cloud(tmp_path)).spool
    second.add("reviews", row("r3"))
    assert second.batch("reviews", 100) == begun
    second.written("reviews", begun)
    rest = second.batch("reviews", 100)
    assert rest is not None
    assert rest.name != begun.name
    assert [one.record for one in rest.rows] == [row("r2").record, row("r3").record]


def test_groups_wait_on_their_own(store: OnlineStore) -> None:
    store.spool.add("b", row("r0", 1))
    store.spool.add("a", row("r1", 2))
    store.spool.add("b", row("r2", 3))
    assert store.spool.groups() == ["a", "b"]
    waiting = store.spool.waiting("b")
    assert (waiting.first, waiting.last, waiting.at_most) == (HOUR + 1, HOUR + 3, 3)
    store.forget("b")
    assert store.spool.groups() == ["a"]
    assert store.spool.batch("b", 1) is None


def test_a_transaction_keeps_all_or_nothing(store: OnlineStore) -> None:
    def fail() -> None:
        with store.transaction():
            store.spool.add("a", row("r0"))
            raise RuntimeError("a full disk")

    with pytest.raises(RuntimeError, match="a full disk"):
        fail()
    assert store.spool.groups() == []


def test_each_hour_has_a_file_which_is_named_by_its_latest_event_time() -> None:
    rows = [row("r0", 10), row("r1", 3_700), row("r2", 5)]
    keys = [key for key, _ in parquet.files(DEFINITIONS, rows, "0123456789abcdef")]
    assert keys == [
        "year=2026/month=01/day=02/hour=03/20260102T030010Z_0123456789abcdef.parquet",
        "year=2026/month=01/day=02/hour=04/20260102T040140Z_0123456789abcdef.parquet",
    ]


def test_a_file_has_typed_columns_in_lower_case_and_nothing_where_a_value_is_missing() -> None:
    rows = [row("r0", Words="7", score="0.5"), row("r\u00e4\n", Words=" 1_000 ", score="1e3")]
    rows.append(row("r2")._replace(deleted=True))
    ((_, content),) = parquet.files(DEFINITIONS, rows, "name")
    table = pq.read_table(io.BytesIO(content))
    assert table.column_names == [
        "review_id",
        "words",
        "score",
        "write_time",
        "api_invocation_time",
        "is_deleted",
    ]
    assert table["review_id"].to_pylist() == ["r0", "r\u00e4\n", "r2"]
    assert table["words"].to_pylist() == [7, 1000, None]
    assert table["score"].to_pylist() == [0.5, 1000.0, None]
    assert table["is_deleted"].to_pylist() == [False, False, True]
