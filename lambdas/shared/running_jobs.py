"""The jobs of SageMaker that are running, found by how their names begin."""

from collections.abc import Iterator
from typing import Any

from botocore.exceptions import ClientError

from contract.steps import JobKind

_RUNNING = ("InProgress", "Stopping")
# The errors of Stop… for a job that has ended meanwhile, or is gone.
_ENDED = ("ResourceNotFound", "ValidationException")


def running_jobs(client: Any, kind: JobKind, prefix: str) -> list[str]:
    """Their names, also of those that are being stopped."""
    operation, key = f"list_{kind.in_methods}_jobs", f"{kind.title}JobSummaries"
    return [
        name
        for status in _RUNNING
        for name in named(client, operation, key, prefix, StatusEquals=status)
    ]


def stop_running(client: Any, kind: JobKind, prefix: str) -> list[str]:
    """Tells the running jobs to stop, and returns their names; one that ends meanwhile need not."""
    found = running_jobs(client, kind, prefix)
    for name in found:
        try:
            stop_job(client, kind, name)
        except ClientError as error:
            if error.response["Error"]["Code"] not in _ENDED:
                raise
    return found


def stop_job(client: Any, kind: JobKind, name: str) -> None:
    getattr(client, f"stop_{kind.in_methods}_job")(**{f"{kind.title}JobName": name})


def named(client: Any, operation: str, key: str, prefix: str, **filters: str) -> Iterator[str]:
    """Names that begin with the prefix, from all pages of a List operation."""
    pages = client.get_paginator(operation).paginate(NameContains=prefix, **filters)
    field = f"{key.removesuffix('Summaries').removesuffix('s')}Name"
    found = [item[field] for page in pages for item in page[key]]
    return iter(name for name in found if name.startswith(prefix))
