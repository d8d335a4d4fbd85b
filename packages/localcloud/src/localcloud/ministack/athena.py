"""Queries: the files and columns they read, and where their results go."""

import csv
import io
import json
import os
import shutil
import tempfile
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from xml.etree import ElementTree

from localcloud.ministack.seam import require


def result_files_where_athena_says(athena: Any, s3: Any) -> None:
    """Writes a query's result where AWS does, which is where clients download it.

    ministack makes <location>/<id>.csv a folder, and takes a location without a slash at its end
    for the beginning of the name. What SHOW and DESCRIBE answer is a .txt without headings:
    https://github.com/awsdocs/amazon-athena-user-guide/pull/44
    """
    require(athena, "_start_query_execution", "_save_query_results", "_executions")
    require(s3, "_put_object")
    start, executions = athena._start_query_execution, athena._executions

    def start_with_slash(data: dict[str, Any]) -> Any:
        location = data.get("ResultConfiguration", {}).get("OutputLocation", "")
        if location and not location.endswith("/"):
            configuration = {**data["ResultConfiguration"], "OutputLocation": f"{location}/"}
            data = {**data, "ResultConfiguration": configuration}
        answer = start(data)
        execution = executions.get(json.loads(answer[2]).get("QueryExecutionId"))
        if execution and execution["StatementType"] != "DML":
            place = execution["ResultConfiguration"]
            place["OutputLocation"] = place["OutputLocation"].removesuffix(".csv") + ".txt"
        return answer

    async def save(query_id: str) -> None:
        execution = executions.get(query_id)
        place = urlsplit(execution["ResultConfiguration"]["OutputLocation"])
        body = _file(execution)
        headers = {"content-type": "text/csv", "content-length": str(len(body))}
        status, _, answer = s3._put_object(place.netloc, place.path.lstrip("/"), body, headers)
        if status >= 300:
            reason = f"An error occurred while writing to S3. {_error(answer)}"
            execution["Status"] |= {"State": "FAILED", "StateChangeReason": reason}

    athena._start_query_execution = start_with_slash
    athena._save_query_results = save


def _file(execution: dict[str, Any]) -> bytes:
    """Of a query CSV with its headings; of what else was asked, lines."""
    results, output = execution["_results"], io.StringIO()
    if execution["StatementType"] == "DML":
        writer = csv.writer(output)
        writer.writerow(results["columns"])
        writer.writerows(results["rows"])
    else:
        output.writelines(f"{line}\n" for (line,) in results["rows"])
    return output.getvalue().encode()


def _error(answer: bytes) -> str:
    root = ElementTree.fromstring(answer)  # noqa: S314 - ministack's own
    return f"{root.findtext('Code')}: {root.findtext('Message')}"


def read_tables_in_place(athena: Any, s3: Any, folder: Path) -> None:
    """A query gets links to a table's files, not the copy of every byte that ministack makes."""
    require(athena, "_materialize_table_files", "_hidden")
    require(s3, "_buckets", "_object_disk_path", "_get_object_data")
    shutil.rmtree(folder, ignore_errors=True)  # a server that was killed left it

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

    athena._materialize_table_files = link


def _is_below(key: str, prefix: str) -> bool:
    return key.startswith(f"{prefix}/" if prefix else "") and not key.endswith("/")


def _link(s3: Any, bucket: str, key: str, target: Path) -> bool:
    """False for an object that has gone meanwhile."""
    target.parent.mkdir(parents=True, exist_ok=True)
    try:
        # S3 replaces a file by another, so a query reads what was there when it began.
        os.link(s3._object_disk_path(bucket, key), target)
    except OSError:  # not on disk yet, or on one without links
        data = s3._get_object_data(bucket, key)
        if data is None:
            return False
        target.write_bytes(data)
    return True


def show_columns_of_the_catalog(athena: Any) -> None:
    """Of Parquet, the columns and partitions that the table has in Glue, in their order.

    ministack shows those of the files, so that a column which no file has yet is an error.
    """
    require(athena, "_table_relation", "_empty_relation", "_data_format", "_DUCKDB_TYPE_BY_ATHENA")
    make, simple = athena._table_relation, {"string", *athena._DUCKDB_TYPE_BY_ATHENA}

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

    athena._table_relation = relation


def _quoted(name: str) -> str:
    return '"{}"'.format(name.replace('"', '""'))
