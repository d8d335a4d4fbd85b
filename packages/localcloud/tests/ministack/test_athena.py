"""The files and columns of a query, with stand-ins for ministack's modules."""

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from localcloud.ministack.athena_files import link_table_files, read_columns_of_the_catalog


class ObjectStore:
    """Objects of one bucket, some of them on disk."""

    def __init__(self, folder: Path, objects: dict[str, bytes], on_disk: set[str]) -> None:
        self._folder, self._objects = folder, objects
        self._buckets = {"data": {"objects": objects}}
        for key in on_disk:
            path = Path(self._object_disk_path("data", key))
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(objects[key])

    def _object_disk_path(self, bucket: str, key: str) -> str:
        return str(self._folder / bucket / key)

    def _get_object_data(self, _bucket: str, key: str) -> bytes | None:
        return self._objects[key] if key != "table/gone" else None


def hidden(name: str) -> bool:
    return any(part.startswith(("_", ".")) for part in name.split("/"))


def test_a_query_reads_links_to_what_was_there_when_it_began(tmp_path: Path) -> None:
    objects = dict.fromkeys(
        ("table/day=1/a", "table/b", "table/gone", "table/_tmp/c", "table/", "tables/d"), b"1"
    )
    store = ObjectStore(tmp_path / "s3", objects, {"table/day=1/a"})
    ministack: Any = SimpleNamespace(
        athena=SimpleNamespace(_hidden=hidden),
        s3=store,
        data_dir=tmp_path,
    )
    folder = tmp_path / "ministack" / "queries"
    (folder / "left-behind").mkdir(parents=True)
    link = link_table_files(ministack, None)
    assert not folder.exists()
    workdirs: list[str] = []
    files = link("s3://data/table/", workdirs)
    (root,) = workdirs
    assert [str(Path(file).relative_to(root)) for file in files] == ["b", "day=1/a"]
    linked, original = Path(root, "day=1/a"), tmp_path / "s3/data/table/day=1/a"
    assert linked.samefile(original)
    (tmp_path / "new").write_bytes(b"2")
    (tmp_path / "new").replace(original)
    assert linked.read_bytes() == b"1"
    assert link("s3://nothing/here", workdirs) == []


@pytest.mark.parametrize(
    ("kind", "relation"),
    [
        ("bigint", '(SELECT "a", "day" FROM (FROM files UNION ALL BY NAME FROM none))'),
        ("array<bigint>", "files"),  # of which an empty relation has not the type
    ],
)
def test_a_table_has_the_columns_of_the_catalog(kind: str, relation: str) -> None:
    athena = SimpleNamespace(
        _empty_relation=lambda _table: "none",
        _data_format=lambda _table: "parquet",
        _DUCKDB_TYPE_BY_ATHENA={"bigint": "BIGINT"},
    )
    ministack: Any = SimpleNamespace(athena=athena)
    make = read_columns_of_the_catalog(ministack, lambda _table, _files: "files")
    table = {
        "StorageDescriptor": {"Columns": [{"Name": "a", "Type": kind}]},
        "PartitionKeys": [{"Name": "day", "Type": "string"}],
    }
    assert make(table, ["file"]) == relation
