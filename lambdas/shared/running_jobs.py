"""Finds resources of SageMaker by the prefix of their names, and stops jobs."""

import logging
from typing import Any

from botocore.exceptions import ClientError

from contract.steps import RUNNING_STATUSES, JobKind
from shared.errors import is_transient

# The errors of Stop… for a job that has ended meanwhile, or is gone.
_ENDED = ("ResourceNotFound", "ValidationException")
_LOGGER = logging.getLogger()


def running_jobs(client: Any, kind: JobKind, prefix: str) -> list[str]:
    """The names of the jobs in progress, and of those that are being stopped."""
    operation, key = f"list_{kind.in_methods}_jobs", f"{kind.title}JobSummaries"
    return [
        name
        for status in RUNNING_STATUSES
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


def stop_if_running(client: Any, kind: JobKind, name: str) -> None:
    """Stops a job. That one has ended or was never started is logged only.

    Raises a transient ClientError, so that the function is retried: no job may be left running.
    """
    try:
        stop_job(client, kind, name)
    except ClientError as error:
        if is_transient(error):
            raise
        _LOGGER.info("%s", error)


def named(client: Any, operation: str, key: str, prefix: str, **filters: str) -> list[str]:
    """The names that begin with the prefix, of a List operation whose response has them in `key`.

    All pages are read first, so that the caller may delete what they list.
    """
    pages = client.get_paginator(operation).paginate(NameContains=prefix, **filters)
    # TrainingJobSummaries → TrainingJobName, EndpointConfigs → EndpointConfigName
    field = f"{key.removesuffix('Summaries').removesuffix('s')}Name"
    names = [item[field] for page in pages for item in page[key]]
    return [name for name in names if name.startswith(prefix)]
