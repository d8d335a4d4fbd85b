"""The quotas of SageMaker that an environment needs, by the names that Service Quotas has.

`reviews doctor` and `reviews deploy` compare them with the account before anything is deployed,
and the step Prepare does so before anything costs money.
"""

from collections.abc import Iterator
from dataclasses import replace

from contract.quotas import SERVICE, Quota, Quotas
from infra.settings import Endpoint, Instances, Settings

# The command that requests an increase, and what to do for a quota that is not adjustable.
INCREASE = (
    f"aws service-quotas request-service-quota-increase --service-code {SERVICE} "
    "--quota-code {code} --desired-value {wanted} --region {region}"
)
FEWER = "fewer instances in infra/settings/environments.py: this quota is not adjustable"
_CODE_OF_NAME = (
    f"$(aws service-quotas list-service-quotas --service-code {SERVICE} --region {{region}} "
    "--query \"Quotas[?QuotaName=='{name}'].QuotaCode\" --output text)"
)


def needed(settings: Settings) -> list[Quota]:
    """The quotas for one execution at a time, without the instances that scaling adds; each name
    once.

    Names of the instance types as ResourceLimitExceeded cites them
    (https://github.com/aws-samples/sagemaker-custom-project-templates/issues/51), those of the
    totals from https://docs.aws.amazon.com/general/latest/gr/sagemaker.html.
    """
    found: dict[str, Quota] = {}
    for quota in _all(settings):
        other = found.get(quota.name, quota)
        least, wanted = max(quota.least, other.least), max(quota.wanted, other.wanted)
        found[quota.name] = replace(quota, least=least, wanted=wanted)
    return list(found.values())


def of_scoring(settings: Settings) -> list[Quota]:
    """The quotas that only batch scoring needs. Both names are those of ListServiceQuotas (public
    lists of ap-northeast-1, 2026-05-16)."""
    scoring = settings.scoring
    names = (
        f"{scoring.instance_type} for transform job usage",
        "Number of instances across all transform jobs",
    )
    return [
        Quota(name=name, least=0, wanted=scoring.instance_count, later="batch scoring")
        for name in names
    ]


def of_drift(settings: Settings) -> list[Quota]:
    """The quotas that reports about drift need beyond those of a run: their job has one
    instance."""
    name = f"{settings.drift.instances.instance_type} for processing job usage"
    if not settings.has_drift or name in {quota.name for quota in needed(settings)}:
        return []
    return [Quota(name=name, least=0, wanted=1, later="reports about drift")]


def for_functions(settings: Settings) -> str:
    """The quotas for the functions of the state machine, and the sentence of
    `reviews doctor` (reviews/client/checks/findings.py) for one that is too small."""
    return Quotas(
        needed=needed(settings),
        sentence="Quota: {name}: {granted:g}; needed: {needed}. To fix it: {fix}",
        increase=INCREASE.replace("{region}", settings.region),
        fewer=FEWER,
        code_of_name=_CODE_OF_NAME.replace("{region}", settings.region),
    ).write()


def _all(settings: Settings) -> Iterator[Quota]:
    for instances in (settings.processing_instances, settings.evaluation_instances):
        yield from _of_job(instances, "processing job")
    yield from _of_training(settings)
    if settings.endpoint.serverless_memory_mb:
        yield _serverless(settings.endpoint)
    else:
        yield from _of_endpoint(settings.endpoint)


def _of_job(instances: Instances, job: str) -> Iterator[Quota]:
    """The quotas of a job. The jobs of an execution run one after the other."""
    count = instances.instance_count
    yield _quota(f"{instances.instance_type} for {job} usage", count)
    yield _quota(f"Number of instances across all {job}s", count)
    if count > 1:
        yield _quota(f"Maximum number of instances per {job}", count)


def _of_training(settings: Settings) -> Iterator[Quota]:
    """Spot instances have quotas of their own, also those of a job and of all jobs: the list of
    AWS's quotas in gruntwork-io/terraform-aws-utilities (modules/request-quota-increase, 14 January
    2026)."""
    instances = settings.training_instances
    kind = "spot training job" if settings.capacity.spot else "training job"
    yield from _of_job(instances, kind)
    for other in settings.capacity.fallback_types:
        name, count = f"{other} for {kind} usage", instances.instance_count
        yield Quota(name=name, least=0, wanted=count, later="a lack of the first instance type")


def _of_endpoint(endpoint: Endpoint) -> Iterator[Quota]:
    count = endpoint.instance_count
    yield _quota(f"{endpoint.instance_type} for endpoint usage", count, 2 * count)
    yield _quota("Number of instances across active endpoints", count, 2 * count)


def _serverless(endpoint: Endpoint) -> Quota:
    name = "Maximum total concurrency that can be allocated across all serverless endpoints"
    return _quota(name, endpoint.serverless_concurrency)


def _quota(name: str, least: int, wanted: int | None = None) -> Quota:
    return Quota(name=name, least=least, wanted=least if wanted is None else wanted)
