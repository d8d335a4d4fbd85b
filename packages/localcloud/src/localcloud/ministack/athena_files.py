"""The files and columns that queries read, and the locations of their results."""

import csv
import io
import json
import os
import shutil
import tempfile
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from xml.etree import ElementTree

from localcloud.ministack.modules import Ministack
from localcloud.ministack.patch import Patch, names

Start = Callable[[dict[str, Any]], Any]
Relation = Callable[[dict[str, Any], list[str]], str]


# The result of a query is written where clients download it. That of SHOW and DESCRIBE is a .txt
# without column names: https://github.com/awsdocs/amazon-athena-user-guide/pull/44


def return_result_location(ministack: Ministack, start: Start) -> Start:
    executions = ministack.athena._executions

    def start_and_return_location(data: dict[str, Any]) -> Any:
        location = data.get("ResultConfiguration", {}).get("OutputLocation", "")
        if location and not location.endswith("/"):
            configuration = {**data["ResultConfiguration"], "OutputLocation": f"{location}/"}
            data = {**data, "ResultConfiguration": configuration}
        response = start(data)
        execution = executions.get(json.loads(response[2]).get("QueryExecutionId"))
        if execution and execution["StatementType"] != "DML":
            result = execution["ResultConfiguration"]
            result["OutputLocation"] = result["OutputLocation"].removesuffix(".csv") + ".txt"
        return response

    return start_and_return_location


def save_results(ministack: Ministack, _save: Any) -> Callable[[str], Awaitable[None]]:
    async def save(query_id: str) -> None:
        execution = ministack.athena._executions.get(query_id)
        address = urlsplit(execution["ResultConfiguration"]["OutputLocation"])
        bucket, key = address.netloc, address.path.lstrip("/")
        body = _file(execution)
        headers = {"content-type": "text/csv", "content-length": str(len(body))}
        status, _, response = ministack.s3._put_object(bucket, key, body, headers)
        if status >= 300:
            reason = f"An error occurred while writing to S3. {_error(response)}"
            execution["Status"] |= {"State": "FAILED", "StateChangeReason": reason}

    return save


def _file(execution: dict[str, Any]) -> bytes:
    """CSV with a header for a query; lines for any other statement."""
    results, output = execution["_results"], io.StringIO()
    if execution["StatementType"] == "DML":
        writer = csv.writer(output)
        writer.writerow(results["columns"])
        writer.writerows(results["rows"])
    else:
        output.writelines(f"{line}\n" for (line,) in results["rows"])
    return output.getvalue().encode()


def _error(response: bytes) -> str:
    root = ElementTree.fromstring(response)  # noqa: S314 - ministack's own
    return f"{root.findtext('Code')}: {root.findtext('Message')}"


def link_table_files(ministack: Ministack, _copy: Any) -> Callable[[str, list[str]], list[str]]:
    athena, s3 = ministack.athena, ministack.s3
    folder = ministack.data_dir / "ministack" / "queries"
    shutil.rmtree(folder, ignore_errors=True)  # of a server that was killed

    def link(location: str, workdirs: list[str]) -> list[str]:
        bucket, prefix = urlsplit(location).netloc, urlsplit(location).path.strip("/")
        objects = (s3._buckets.get(bucket) or {}).get("objects", {})
        names = [key.removeprefix(f"{prefix}/") for key in list(objects) if _is_below(key, prefix)]
        names = [name for name in names if not athena._hidden(name)]
        if not names:
            return []
        folder.mkdir(parents=True, exist_ok=True)
        root = Path(tempfile.mkdtemp(dir=folder))
        workdirs.append(str(root))
        return [
            str(root / name)
            for name in sorted(names)
            if _link(s3, bucket, f"{prefix}/{name}".removeprefix("/"), root / name)
        ]

    return link


def _is_below(key: str, prefix: str) -> bool:
    return key.startswith(f"{prefix}/" if prefix else "") and not key.endswith("/")


def _link(s3: Any, bucket: str, key: str, target: Path) -> bool:
    """Links or copies an object; False if it was deleted meanwhile."""
    target.parent.mkdir(parents=True, exist_ok=True)
    try:
        # PutObject replaces the file, so a query reads the objects of when it began.
        os.link(s3._object_disk_path(bucket, key), target)
    except OSError:  # the object is not on disk yet, or the file system has no links
        data = s3._get_object_data(bucket, key)
        if data is None:
            return False
        target.write_bytes(data)
    return True


def read_columns_of_the_catalog(ministack: Ministack, make: Relation) -> Relation:
    """A Parquet table has the columns and partition keys of Glue, in their order."""
    athena = ministack.athena
    simple = {"string", *athena._DUCKDB_TYPE_BY_ATHENA}

    def relation(table: dict[str, Any], files: list[str]) -> str:
        found: str = make(table, files)
        storage = table.get("StorageDescriptor") or {}
        columns = [*(storage.get("Columns") or []), *(table.get("PartitionKeys") or [])]
        are_simple = all(str(column.get("Type")).lower() in simple for column in columns)
        if athena._data_format(table) != "parquet" or not (columns and are_simple):
            return found
        names = ", ".join(_quoted(column["Name"]) for column in columns)
        none = athena._empty_relation(table)
        return f"(SELECT {names} FROM (FROM {found} UNION ALL BY NAME FROM {none}))"  # noqa: S608

    return relation


def _quoted(name: str) -> str:
    return '"{}"'.format(name.replace('"', '""'))


_RESULTS = "Athena: <location>/<id>.csv is a folder, and a location without a slash is a prefix"
_IN_FILE = "athena/test_athena.py::test_a_query_has_its_headings_in_the_answer_and_in_the_file"
PATCHES = (
    Patch(
        target="services.athena:_start_query_execution",
        make=return_result_location,
        why="OutputLocation is the file that clients download",
        upstream=_RESULTS,
        test="athena/test_athena.py::test_what_the_catalog_answers_is_a_text_file_without_headings",
        uses=names("services.athena", "_executions"),
    ),
    Patch(
        target="services.athena:_save_query_results",
        make=save_results,
        why="results are written to that file, with a header for a query",
        upstream=_RESULTS,
        test=_IN_FILE,
        uses=names("services.s3", "_put_object"),
    ),
    Patch(
        target="services.athena:_materialize_table_files",
        make=link_table_files,
        why="a query gets links to a table's files instead of a copy of every byte",
        upstream="Athena: a query copies all files of its tables",
        test="athena/test_athena.py"
        "::test_a_query_reads_its_files_by_links_in_the_data_folder_and_leaves_none",
        uses=(
            *names("services.athena", "_hidden"),
            *names("services.s3", "_buckets", "_object_disk_path", "_get_object_data"),
        ),
    ),
    Patch(
        target="services.athena:_table_relation",
        make=read_columns_of_the_catalog,
        why="a column that no file has yet is null, and not an error",
        upstream="Athena: a Parquet table has the columns of its files, not those of Glue",
        test="athena/test_athena.py::test_a_column_that_no_file_has_yet_is_null",
        uses=names("services.athena", "_empty_relation", "_data_format", "_DUCKDB_TYPE_BY_ATHENA"),
    ),
)
