"""Checks whether the account can run the environment, before anything costs money.

`reviews doctor` makes the same checks, with the same sentences (infra/quotas.py).
"""

import logging
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import Any, NamedTuple

from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from contract.quotas import Quota, list_quotas
from contract.steps import StartAt
from shared.endpoints import find_endpoint
from shared.environment import Environment

# An endpoint that cannot be reached must not use up the two minutes of the function.
PATIENCE = Config(connect_timeout=5, read_timeout=10, retries={"total_max_attempts": 4})
_TRAINING, _PROCESSING = "training job", "processing job"
_LOGGER = logging.getLogger()


class AccountNotReady(Exception):
    """The account cannot run this environment."""


class Problem(NamedTuple):
    """`sentence` is that of `reviews doctor`; with `blocks` the run must not start."""

    sentence: str
    blocks: bool = False


def unused_jobs(start_at: str, *, evaluates: bool) -> Sequence[str]:
    """The kinds of jobs that a run does not start, in the words of the quotas. `evaluates` is that
    of the environment's promotions."""
    match StartAt(start_at):
        case StartAt.PROCESSING | StartAt.TRAINING:
            return ()
        case StartAt.ROLLBACK:
            return (_TRAINING, _PROCESSING)
        case StartAt.PROMOTION if not evaluates:
            return (_TRAINING, _PROCESSING)
    return (_TRAINING,)


def check_quotas(
    client: Any,
    sagemaker: Any,
    environment: Environment,
    unused: Sequence[str] = (),
    *,
    parallel: int = 1,
) -> Iterator[Problem]:
    """Finds the quotas that are too small. If they cannot be read, which the account may forbid,
    the run continues. `unused` are the kinds of jobs that it does not start, `parallel` how many
    trainings run at the same time."""
    needed = [
        _in_parallel(quota, parallel)
        for quota in environment.quotas.needed
        if not any(kind in quota.name for kind in unused)
    ]
    try:
        listed = list_quotas(client, {quota.name for quota in needed})
    except (BotoCoreError, ClientError) as error:
        yield Problem(f"The account's quotas could not be read: {error}")
        return
    for quota in needed:
        if quota.name not in listed:
            yield Problem(f"Quota: {quota.name}: AWS lists none of this name")
        elif listed[quota.name]["Value"] < quota.wanted:
            yield _compare(quota, listed[quota.name], sagemaker, environment)


def _in_parallel(quota: Quota, parallel: int) -> Quota:
    """The quota for so many trainings at the same time; one of a single job stays."""
    if _TRAINING not in quota.name or " per " in quota.name:
        return quota
    return replace(quota, least=quota.least * parallel, wanted=quota.wanted * parallel)


def _compare(
    quota: Quota, listed: Mapping[str, Any], sagemaker: Any, environment: Environment
) -> Problem:
    """The problem of a quota that is smaller than wanted, perhaps large enough for a first run."""
    granted = listed["Value"]
    # During an update the endpoint has the old instances and the new ones.
    is_update = granted >= quota.least and bool(find_endpoint(sagemaker, environment.endpoint))
    needed = quota.least if granted < quota.least else quota.wanted
    sentence = environment.quotas.shortage(quota, listed, needed)
    return Problem(sentence, blocks=is_update or granted < quota.least)


def check_endpoint(sagemaker: Any, environment: Environment) -> Iterator[Problem]:
    """Finds an endpoint with instances in the way of a serverless one, which the step Deploy could
    not make of it: "Updating a real-time inference endpoint to either an on-demand serverless
    endpoint or a serverless endpoint with Provisioned Concurrency is currently not supported."
    https://docs.aws.amazon.com/sagemaker/latest/dg/serverless-endpoints-update.html"""
    found = find_endpoint(sagemaker, environment.endpoint) or {}
    if any("CurrentServerlessConfig" not in one for one in found.get("ProductionVariants", ())):
        yield Problem(
            f"Endpoint: {environment.endpoint} has instances; needed: none, since AWS makes no "
            "such endpoint serverless. To fix it: reviews endpoint stop --env "
            f"{environment.environment}",
            blocks=True,
        )


def check_images(images: Sequence[Mapping[str, str]], today: date) -> Iterator[Problem]:
    """The problems of the images that AWS no longer patches."""
    for image in images:
        if date.fromisoformat(image["end_of_patches"]) < today:
            yield Problem(image["sentence"], blocks=True)


def warnings(problems: Iterable[Problem], *, force: bool) -> list[str]:
    """Logs and returns the problems that do not block the run. Raises AccountNotReady for those
    that do, unless `force` makes all of them warnings."""
    found = list(problems)
    blocking = [problem.sentence for problem in found if problem.blocks and not force]
    if blocking:
        raise AccountNotReady("\n".join(blocking))
    for problem in found:
        _LOGGER.warning(problem.sentence)
    return [problem.sentence for problem in found]
