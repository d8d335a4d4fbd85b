"""Athena reads tables and writes results with the permissions of the query's caller."""

import json
from collections.abc import Awaitable, Callable, Iterator
from contextvars import ContextVar
from typing import Any
from urllib.parse import urlsplit

from localcloud.iam.authorization import RequiredAction
from localcloud.ministack.iam.guards import Guards, Headers, Query
from localcloud.ministack.iam.resources import table_arns
from localcloud.ministack.modules import Ministack
from localcloud.ministack.patch import Handler, Patch, Response, names
from localcloud.ministack.s3 import KEY_HEADER

_CALLER: ContextVar[str | None] = ContextVar("caller of Athena", default=None)
Execute = Callable[..., Awaitable[None]]


class QueryGuard:
    def __init__(self, ministack: Ministack) -> None:
        self._ministack, self._guards = ministack, Guards(ministack)
        self._athena = ministack.athena
        self._glue, self._s3 = ministack.glue, ministack.s3

    def execution(self, execute: Execute) -> Execute:
        async def guarded(query_id: str, query: str, database: str, *rest: Any) -> None:
            refusal = self._refusal(query_id, query, database)
            if refusal:
                status = self._athena._executions[query_id]["Status"]
                status |= {"State": "FAILED", "StateChangeReason": refusal}
            else:
                await execute(query_id, query, database, *rest)

        return guarded

    # -- requests ------------------------------------------------------------------------------

    def requests(self, serve: Handler) -> Handler:
        async def guarded(
            method: str, path: str, headers: Headers, body: bytes, query: Query
        ) -> Response:
            caller = self._guards.caller(headers, query)
            token = _CALLER.set(caller)  # a started query inherits it
            try:
                response = await serve(method, path, headers, body, query)
            finally:
                _CALLER.reset(token)
            if caller and headers.get("x-amz-target", "").endswith(".GetQueryResults"):
                return self._results(caller, body, response)
            return response

        return guarded

    def _results(self, caller: str, body: bytes, response: Response) -> Response:
        """GetQueryResults requires to read the file of the results:
        https://docs.aws.amazon.com/athena/latest/APIReference/API_GetQueryResults.html"""
        query_id = json.loads(body).get("QueryExecutionId")
        execution = self._athena._executions.get(query_id)
        if execution is None or response[0] != 200:
            return response
        bucket, key = _bucket_and_key(execution["ResultConfiguration"]["OutputLocation"])
        denial = self._guards.denial(caller, self._reading(bucket, key))
        return self._guards.refuse("athena", denial) if denial else response

    # -- queries -------------------------------------------------------------------------------

    def _refusal(self, query_id: str, query: str, database: str) -> str | None:
        """The StateChangeReason of a query whose caller lacks a permission; None otherwise."""
        caller = _CALLER.get()
        if caller is None:
            return None
        denied = self._guards.denial
        tables = [
            (reference.database or database, reference.table)
            for reference in self._athena._table_references(query)
        ]
        if denial := denied(caller, self._describing(tables)):
            return f"Insufficient permissions to execute the query. {denial}"
        for path, required in self._data(tables):
            if denial := denied(caller, required):
                return f"Permission denied on S3 path: {path} ({denial})"
        output = self._athena._executions[query_id]["ResultConfiguration"]["OutputLocation"]
        if denial := denied(caller, self._writing(*_bucket_and_key(output))):
            return (
                f"Access denied when writing output to url: {output} . Please ensure you are "
                "allowed to access the S3 bucket. If you are encrypting query results with KMS "
                f"key, please ensure you are allowed to access your KMS key ({denial})"
            )
        return None

    def _describing(self, tables: list[tuple[str, str]]) -> Iterator[RequiredAction]:
        for database, table in tables:
            for arn in table_arns(self._ministack, database, None):
                yield RequiredAction("glue:GetDatabase", arn)
            for action in ("glue:GetTable", "glue:GetPartitions"):
                for arn in table_arns(self._ministack, database, table):
                    yield RequiredAction(action, arn)

    def _data(
        self, tables: list[tuple[str, str]]
    ) -> Iterator[tuple[str, Iterator[RequiredAction]]]:
        for database, table in tables:
            description = self._glue._tables.get(f"{database}/{table}") or {}
            location = (description.get("StorageDescriptor") or {}).get("Location")
            if location:
                bucket, prefix = _bucket_and_key(location)
                yield location, iter([RequiredAction("s3:ListBucket", f"arn:aws:s3:::{bucket}")])
                for key in self._keys(bucket, prefix):
                    yield f"s3://{bucket}/{key}", self._reading(bucket, key)

    def _keys(self, bucket: str, prefix: str) -> list[str]:
        objects = (self._s3._buckets.get(bucket) or {}).get("objects", {})
        return [key for key in list(objects) if key.startswith(f"{prefix.rstrip('/')}/")]

    def _reading(self, bucket: str, key: str) -> Iterator[RequiredAction]:
        yield RequiredAction("s3:GetObject", f"arn:aws:s3:::{bucket}/{key}")
        record = (self._s3._buckets.get(bucket) or {}).get("objects", {}).get(key) or {}
        kms_key = record.get("preserved_headers", {}).get(KEY_HEADER)
        if kms_key:
            yield RequiredAction("kms:Decrypt", kms_key)

    def _writing(self, bucket: str, key: str) -> Iterator[RequiredAction]:
        yield RequiredAction("s3:GetBucketLocation", f"arn:aws:s3:::{bucket}")
        yield RequiredAction("s3:PutObject", f"arn:aws:s3:::{bucket}/{key}")
        kms_key = self._s3._bucket_default_sse_headers(bucket).get(KEY_HEADER)
        if kms_key:
            yield RequiredAction("kms:GenerateDataKey", kms_key)


def _bucket_and_key(uri: str) -> tuple[str, str]:
    parts = urlsplit(uri)
    return parts.netloc, parts.path.lstrip("/")


# -- patches -------------------------------------------------------------------------------------


def guard_requests(ministack: Ministack, serve: Handler) -> Handler:
    return QueryGuard(ministack).requests(serve)


def guard_executions(ministack: Ministack, execute: Execute) -> Execute:
    return QueryGuard(ministack).execution(execute)


_UPSTREAM = "IAM: Athena reads tables and writes results without permissions of its caller"
PATCHES = (
    Patch(
        target="app:SERVICE_HANDLERS[athena]",
        make=guard_requests,
        why="a query knows its caller, who also reads the results",
        upstream=_UPSTREAM,
        test="ministack/iam/test_queries.py::test_a_query_reads_and_writes_with_the_rights_of_its_caller",
        uses=names("services.athena", "_executions"),
    ),
    Patch(
        target="services.athena:_execute_query",
        make=guard_executions,
        why="a query fails where its caller may not read the tables or write the results",
        upstream=_UPSTREAM,
        test="ministack/iam/test_queries.py::test_a_query_reads_and_writes_with_the_rights_of_its_caller",
        uses=(
            *names("services.athena", "_executions", "_table_references"),
            *names("services.glue", "_tables"),
            *names("services.s3", "_buckets", "_bucket_default_sse_headers"),
        ),
    ),
)
