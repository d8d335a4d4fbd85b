"""Records of jobs, models and endpoints as Describe returns them, and lists of them."""

import time
from collections.abc import Callable, Iterable, Mapping
from types import MappingProxyType
from typing import Any

from localcloud.core.cloud import Cloud
from localcloud.core.errors import AwsError, ValidationException

Record = dict[str, Any]


def arn(cloud: Cloud, resource: str, name: str) -> str:
    """The ARN of a SageMaker resource, in which AWS writes the name in lower case."""
    return f"arn:aws:sagemaker:{cloud.region}:{cloud.account}:{resource}/{name.lower()}"


def create(cloud: Cloud, kind: str, name: str, record: Record, taken: AwsError) -> None:
    """Stores a new record with its creation time, or raises `taken`."""
    now = time.time()
    if not cloud.store.add(kind, name, {**record, "CreationTime": now, "LastModifiedTime": now}):
        raise taken


def with_creation_times(request: Record) -> Record:
    """A request with CreatedAfter and CreatedBefore also under the names that `select` knows."""
    times = {
        f"CreationTime{edge}": request[f"Created{edge}"]
        for edge in ("After", "Before")
        if f"Created{edge}" in request
    }
    return request | times


def find(cloud: Cloud, kind: str, name: str, missing: str) -> Record:
    """The record. Raises ValidationException, as SageMaker does, with the message `missing`."""
    record = cloud.store.get(kind, name)
    if record is None:
        raise ValidationException(missing)
    return record


def refuse(request: Mapping[str, Any], unsupported: Iterable[str]) -> None:
    """Raises ValidationException for request fields that would be silently ignored otherwise."""
    for field in unsupported:
        if request.get(field):
            raise ValidationException(f"{field} is not supported by localcloud")


def select(
    records: Iterable[Record],
    request: Mapping[str, Any],
    *,
    name: str,
    status: str = "",
    summary: Callable[[Record], Record],
    shows: Callable[[Record], bool] = lambda _: True,
    sorts: Mapping[str, str] = MappingProxyType({}),
) -> list[Record | None]:
    """Summaries of the records that a List request selects, newest first, for `cut_page`.

    Times choose the records. NameContains, StatusEquals (`name` and `status` are the fields they
    refer to) and `shows` only choose among those of a page: a record that they leave out takes its
    place as None, so a page may be short or empty and still have a NextToken. ListTrainingJobs
    documents that for StatusEquals; for NameContains see https://github.com/boto/boto3/issues/2838
    and 3347, of models 4020. Nothing promises more of the other lists.
    `sorts`: the fields of further values of SortBy.
    """
    chosen = [record for record in records if _in_time(record, request)]
    fields = {"Name": name, "Status": status, **sorts}
    sort_field = fields.get(request.get("SortBy", ""), "CreationTime")
    ascending = request.get("SortOrder", "Descending") == "Ascending"
    chosen.sort(key=lambda record: (record[sort_field], record[name]), reverse=not ascending)
    return [
        summary(record) if _matches(record, request, name, status) and shows(record) else None
        for record in chosen
    ]


def _in_time(record: Record, request: Mapping[str, Any]) -> bool:
    def seconds(field: str, default: float) -> float:
        value = request.get(field, default)
        return value.timestamp() if hasattr(value, "timestamp") else float(value)

    return all(
        seconds(f"{field}After", 0) <= record[field] <= seconds(f"{field}Before", float("inf"))
        for field in ("CreationTime", "LastModifiedTime")
    )


def _matches(record: Record, request: Mapping[str, Any], name: str, status: str) -> bool:
    contained = request.get("NameContains", "").lower() in record[name].lower()
    return bool(contained and request.get("StatusEquals", record.get(status)) == record.get(status))


def each(request: Mapping[str, Any], field: str, defaults: Record) -> Record:
    """A list of the request, its entries with these defaults; empty if there is no such list."""
    return {field: [defaults | entry for entry in request[field]]} if field in request else {}


def pick(record: Mapping[str, Any], *fields: str) -> Record:
    """The named fields of the record, without those that it lacks."""
    return {field: record[field] for field in fields if field in record}


def picker(*fields: str) -> Callable[[Record], Record]:
    """A function for `summary` of `select` that picks these fields."""
    return lambda record: pick(record, *fields)
