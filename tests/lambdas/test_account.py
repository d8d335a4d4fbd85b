"""Prepare's checks of the account, with a fake of Service Quotas."""

from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest
from botocore.exceptions import ClientError, EndpointConnectionError

from infra.images import ends_of_patches
from infra.settings import settings_for
from reviews.client.checks import aws_checks, quotas
from reviews.client.checks.findings import Verdict

(DEV,) = settings_for("dev")
WANTED = {quota.name: quota.wanted for quota in quotas.needed(DEV)}
TRAINING = f"{DEV.training_instances.instance_type} for spot training job usage"
ENDPOINT = f"{DEV.endpoint.instance_type} for endpoint usage"


class ServiceQuotas:
    """Applied values and AWS's defaults, in pages of two."""

    def __init__(
        self,
        applied: dict[str, float],
        defaults: dict[str, float] | None = None,
        *,
        adjustable: bool = True,
    ) -> None:
        self._adjustable = adjustable
        self.values = {
            "list_service_quotas": applied,
            "list_aws_default_service_quotas": defaults or {},
        }
        self.asked: list[str] = []

    def get_paginator(self, operation: str) -> Any:
        self.asked.append(operation)
        return self

    def paginate(self, *, ServiceCode: str, **_config: Any) -> Iterator[dict[str, Any]]:
        assert ServiceCode == "sagemaker"
        listed = [
            {
                "QuotaName": name,
                "QuotaCode": "L-1",
                "Value": value,
                "Adjustable": self._adjustable,
            }
            for name, value in self.values[self.asked[-1]].items()
        ]
        yield from ({"Quotas": listed[start : start + 2]} for start in range(0, len(listed), 2))


class SageMaker:
    def __init__(self, *, serves: bool) -> None:
        self._serves = serves

    def describe_endpoint(self, *, EndpointName: str) -> dict[str, str]:
        assert EndpointName == "reviews-dev"
        if not self._serves:
            raise ClientError({"Error": {"Code": "ValidationException"}}, "DescribeEndpoint")
        return {"EndpointStatus": "InService"}


def granted(**changes: float) -> dict[str, float]:
    return {name: float(wanted) for name, wanted in WANTED.items()} | changes


def look(
    load: Any,
    service: Any,
    *,
    serves: bool = False,
    start_at: str = "processing",
    force: bool = False,
    parallel: int = 1,
) -> list[str]:
    """The warnings. Raises AccountNotReady."""
    account, environment = load("prepare", "account"), load("prepare").ENVIRONMENT
    problems = account.check_quotas(
        service,
        SageMaker(serves=serves),
        environment,
        account.unused_jobs(start_at, evaluates=False),
        parallel=parallel,
    )
    found: list[str] = account.warnings(problems, force=force)
    return found


def test_an_account_that_has_enough_is_asked_once_and_warned_of_nothing(load) -> None:
    service = ServiceQuotas(granted())
    assert look(load, service) == []
    assert service.asked == ["list_service_quotas"]


@pytest.mark.parametrize("adjustable", [True, False])
def test_a_quota_of_0_ends_the_run_with_the_sentence_of_doctor(load, adjustable: bool) -> None:
    service = ServiceQuotas(granted(**{TRAINING: 0.0}), adjustable=adjustable)
    with pytest.raises(Exception, match=f"Quota: {TRAINING}") as raised:
        look(load, service)
    assert type(raised.value).__name__ == "AccountNotReady"
    (found,) = [quota for quota in quotas.look(service, DEV) if quota.needed.name == TRAINING]
    finding = aws_checks._quota(found, DEV.region)
    assert finding.verdict is Verdict.MISSING
    assert str(raised.value) == finding.sentence


def test_all_that_is_too_small_is_named_at_once(load) -> None:
    service = ServiceQuotas(granted(**{TRAINING: 0.0, ENDPOINT: 0.0}))
    with pytest.raises(Exception, match=f"(?s){TRAINING}.*{ENDPOINT}"):
        look(load, service)


def test_who_forced_the_deployment_is_warned(load) -> None:
    (warning,) = look(load, ServiceQuotas(granted(**{TRAINING: 0.0})), force=True)
    assert warning.startswith(f"Quota: {TRAINING}: 0; needed: 1.")


def test_a_default_counts_where_no_value_was_applied(load) -> None:
    applied, defaults = granted(), {TRAINING: 0.0}
    del applied[TRAINING]
    with pytest.raises(Exception, match=f"Quota: {TRAINING}: 0; needed: 1"):
        look(load, ServiceQuotas(applied, defaults))


def test_an_applied_value_counts_more_than_a_default(load) -> None:
    assert look(load, ServiceQuotas(granted(), dict.fromkeys(WANTED, 0.0))) == []


def test_a_quota_that_aws_does_not_list_is_a_warning(load) -> None:
    applied = granted()
    del applied[TRAINING]
    assert look(load, ServiceQuotas(applied)) == [f"Quota: {TRAINING}: AWS lists none of this name"]


def test_who_only_evaluates_needs_no_machines_to_train(load) -> None:
    service = ServiceQuotas(granted(**{TRAINING: 0.0}))
    assert look(load, service, start_at="evaluation") == []


def test_trainings_at_the_same_time_need_the_instances_of_all(load) -> None:
    across = "Number of instances across all spot training jobs"
    enough = granted(**{TRAINING: 3.0, across: 3.0})
    assert look(load, ServiceQuotas(enough), parallel=3) == []
    with pytest.raises(Exception, match=f"Quota: {TRAINING}: 2; needed: 3"):
        look(load, ServiceQuotas(enough | {TRAINING: 2.0}), parallel=3)


def test_a_first_endpoint_goes_on_with_a_quota_that_is_too_small_for_its_update(load) -> None:
    (warning,) = look(load, ServiceQuotas(granted(**{ENDPOINT: 1.0})))
    assert warning.startswith(f"Quota: {ENDPOINT}: 1; needed: 2.")
    assert "--desired-value 2" in warning


def test_an_update_ends_before_it_is_paid_for_where_the_quota_is_too_small_for_it(load) -> None:
    with pytest.raises(Exception, match=f"Quota: {ENDPOINT}: 1; needed: 2"):
        look(load, ServiceQuotas(granted(**{ENDPOINT: 1.0})), serves=True)


@pytest.mark.parametrize(
    "error",
    [
        ClientError({"Error": {"Code": "AccessDeniedException", "Message": "no"}}, "List"),
        EndpointConnectionError(endpoint_url="https://servicequotas"),
    ],
)
def test_quotas_that_cannot_be_read_hold_nothing_up(load, error: Exception) -> None:
    class Closed:
        def get_paginator(self, _operation: str) -> Any:
            raise error

    (warning,) = look(load, Closed())
    assert warning == f"The account's quotas could not be read: {error}"


class Deployed:
    """One in which the endpoint has these variants."""

    def __init__(self, *variants: dict[str, Any]) -> None:
        self._variants = list(variants)

    def describe_endpoint(self, *, EndpointName: str) -> dict[str, Any]:
        return {"EndpointStatus": "InService", "ProductionVariants": self._variants}


def test_a_serverless_endpoint_is_made_of_none_with_instances(load) -> None:
    account, environment = load("prepare", "account"), load("prepare").ENVIRONMENT
    serverless = {"VariantName": "all", "CurrentServerlessConfig": {"MemorySizeInMB": 4096}}
    with_instances = {"VariantName": "all", "CurrentInstanceCount": 1}
    for fine in (SageMaker(serves=False), Deployed(serverless)):
        assert list(account.check_endpoint(fine, environment)) == []
    with pytest.raises(account.AccountNotReady) as raised:
        account.warnings(account.check_endpoint(Deployed(with_instances), environment), force=False)
    assert str(raised.value) == (
        "Endpoint: reviews-dev has instances; needed: none, since AWS makes no such endpoint "
        "serverless. To fix it: reviews endpoint stop --env dev"
    )


def test_an_image_past_its_patches_ends_the_run_with_the_sentence_of_doctor(
    load, monkeypatch: pytest.MonkeyPatch
) -> None:
    account = load("prepare", "account")
    images = ends_of_patches(DEV.every_image())
    last = max(date.fromisoformat(image["end_of_patches"]) for image in images)
    first = min(date.fromisoformat(image["end_of_patches"]) for image in images)
    assert list(account.check_images(images, first)) == []
    later = date(last.year + 1, 1, 1)
    with pytest.raises(account.AccountNotReady) as raised:
        account.warnings(account.check_images(images, later), force=False)
    monkeypatch.setattr(aws_checks, "today", lambda: later)
    blocking = [finding.sentence for finding in aws_checks.images(DEV) if finding.blocks]
    assert str(raised.value).splitlines() == blocking
