"""The ARNs of requests' resources, where ministack's differ from AWS's."""

import json
import re
from collections.abc import Callable, Iterator
from typing import Any

from localcloud.iam.authorization import RequiredAction
from localcloud.iam.role_actions import log_group
from localcloud.ministack.modules import Ministack
from localcloud.ministack.patch import Patch, names

_TAGGING = ("TagResource", "UntagResource", "ListTagsForResource")
Body = dict[str, Any]


def name_resources_of_aws(ministack: Ministack, extract: Callable[..., str]) -> Callable[..., str]:
    def resource(
        service: str,
        method: str,
        path: str,
        headers: dict[str, str],
        body: bytes,
        *rest: Any,
    ) -> str:
        name = _RESOURCES.get(service)
        operation = headers.get("x-amz-target", "").rpartition(".")[2]
        found = name(ministack, operation, _read(body)) if name else None
        return found or str(extract(service, method, path, headers, body, *rest))

    return resource


def _read(body: bytes) -> Body:
    try:
        document = json.loads(body or b"{}")
    except ValueError:
        return {}
    return document if isinstance(document, dict) else {}


def _log_group(ministack: Ministack, operation: str, body: Body) -> str | None:
    """Except for tags, a group is `log-group:<name>:*` in policies; a denial shows its stream."""
    group = body.get("logGroupName") or body.get("logGroupIdentifier")
    if operation in _TAGGING or not group:
        return None
    stream = body.get("logStreamName", "")
    name = group.rpartition(":log-group:")[2].removesuffix(":*")
    return f"{log_group(ministack.region, ministack.account, name)}{stream}"


def _work_group(ministack: Ministack, _operation: str, body: Body) -> str | None:
    """A query belongs to the group that it was started in."""
    query = ministack.athena._executions.get(body.get("QueryExecutionId", "")) or {}
    name = body.get("WorkGroup") or query.get("WorkGroup")
    if not name and "QueryString" in body:
        name = "primary"
    return ministack.arn("athena", f"workgroup/{name}") if name else None


def _alarms(ministack: Ministack, operation: str, body: Body) -> str | None:
    """DescribeAlarms: the first alarm that is named, or all alarms."""
    if operation != "DescribeAlarms":
        return None
    (name, *_) = body.get("AlarmNames") or ["*"]
    return ministack.arn("cloudwatch", f"alarm:{name}")


def _catalog(ministack: Ministack, operation: str, body: Body) -> str | None:
    """The ARN of the catalog; `catalog_actions` has those of the database and the table."""
    return next(_catalog_arns(ministack, operation, body), None)


_RESOURCES: dict[str, Callable[[Ministack, str, Body], str | None]] = {
    "logs": _log_group,
    "athena": _work_group,
    "glue": _catalog,
    "monitoring": _alarms,
}

# -- the data catalog, where an action is required on every level ---------------------------------

_ON_CATALOG = re.compile(
    r"(Get|Create|Update|Delete|Batch\w+?)"
    r"(Databases?|Tables?|TableVersions?|Partitions?|PartitionIndexes)"
)


def catalog_actions(
    ministack: Ministack, headers: dict[str, str], body: bytes
) -> Iterator[RequiredAction]:
    """What an operation of Glue requires on the catalog, the database and the table."""
    operation = headers.get("x-amz-target", "").rpartition(".")[2]
    for arn in _catalog_arns(ministack, operation, _read(body)):
        yield RequiredAction(f"glue:{operation}", arn)


def _catalog_arns(ministack: Ministack, operation: str, body: Body) -> Iterator[str]:
    """Catalog, database and table of an operation on databases, tables or partitions."""
    found = _ON_CATALOG.fullmatch(operation)
    if found is None:
        return
    kind = found[2]
    if kind.startswith("Database"):
        database = body.get("Name") or body.get("DatabaseInput", {}).get("Name")
        table = None
    else:
        database = body.get("DatabaseName")
        table = _table(operation, body)
    yield from table_arns(ministack, database, table)


def _table(operation: str, body: Body) -> str | None:
    table_input = body.get("TableInput", {}).get("Name")
    name = body.get("TableName") or body.get("Name") or table_input
    return name or ("*" if operation == "GetTables" else None)


def table_arns(ministack: Ministack, database: str | None, table: str | None) -> Iterator[str]:
    """The catalog, a database and a table, as far as they are named."""
    yield ministack.arn("glue", "catalog")
    if database:
        yield ministack.arn("glue", f"database/{database}")
    if database and table:
        yield ministack.arn("glue", f"table/{database}/{table}")


PATCHES = (
    Patch(
        target="core.iam_actions:extract_resource_arn",
        make=name_resources_of_aws,
        why="logs, Athena, Glue and alarms have the resources of AWS's service authorization",
        upstream="IAM: resources of logs, Athena, Glue and CloudWatch are not those of AWS",
        test="ministack/iam/test_services.py::test_a_log_group_is_known_by_what_is_in_it",
        uses=names("services.athena", "_executions"),
    ),
)
