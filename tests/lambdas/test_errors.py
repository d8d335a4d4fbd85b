"""The names and the messages of the errors of functions."""

from typing import Any

import pytest
from botocore.exceptions import ClientError

from shared.errors import LimitReached, Throttled, translate_errors
from shared.jobs import NameTaken, start_once
from shared.quotas import QuotaTooSmall
from tests.lambdas.conftest import VARIABLES
from tests.lambdas.refusals import failing
from tests.lambdas.runs import run


@pytest.mark.parametrize(
    ("message", "named"),
    [
        ('Could not find endpoint configuration "arn:aws:sagemaker:x".', Throttled),
        ('Could not find model "arn:aws:sagemaker:x".', Throttled),
        ("Could not find model data at s3://artefacts/model.tar.gz.", ClientError),
        ('Could not find endpoint "reviews-dev".', ClientError),
    ],
)
def test_a_new_resource_may_not_be_visible_yet(message: str, named: type[Exception]) -> None:
    refused = failing("ValidationException", message=message)

    @translate_errors
    def handler(_event: Any, _context: Any) -> None:
        start_once(run(), refused, failing("ValidationException"))

    with pytest.raises(named, match="Could not find"):
        handler({"run": run()}, None)


@pytest.mark.parametrize(
    ("code", "status", "named"),
    [
        ("ThrottlingException", 400, Throttled),
        ("ServiceUnavailable", 503, Throttled),
        ("503", 503, Throttled),
        ("404", 404, ClientError),
        ("ResourceLimitExceeded", 400, LimitReached),
        ("ConcurrentUpdateException", 400, Throttled),
        ("AccessDeniedException", 400, ClientError),
        ("AccessDeniedException", 500, ClientError),
        ("NotImplemented", 501, ClientError),
    ],
)
def test_errors_that_pass_have_names(code: str, status: int, named: type[Exception]) -> None:
    with pytest.raises(named, match=code):
        translate_errors(lambda _event, _context: failing(code, status)())({"run": run()}, None)


def limited(message: str) -> Exception:
    """What a function raises for this message of ResourceLimitExceeded."""

    def call(_event: object, _context: object) -> None:
        answer = {"Error": {"Code": "ResourceLimitExceeded", "Message": message}}
        raise ClientError(answer, "CreateTrainingJob")

    with pytest.raises(Exception) as raised:  # noqa: PT011 - of which kind is the question
        translate_errors(call)({"run": run()}, None)
    return raised.value


# As AWS wrote them, in its documentation and in public issues (lambdas/shared/quotas.py).
TOO_SMALL = {
    "The account-level service limit 'ml.p3dn.24xlarge\nfor training job usage' is 0 Instances, "
    "with current utilization of 0 Instances\nand a request delta of 1 Instances.\nPlease contact "
    "AWS support to request an increase for this limit.": (
        "ml.p3dn.24xlarge for training job usage",
        0,
        1,
    ),
    "The account-level service limit 'ml.m4.xlarge for transform job usage' is 0 Instances, with "
    "current utilization of 0 Instances and a request delta of 1 Instances. Please use AWS Service "
    "Quotas to request an increase for this quota. If AWS Service Quotas is not available, contact "
    "AWS support to request an increase for this quota.": (
        "ml.m4.xlarge for transform job usage",
        0,
        1,
    ),
    "The account-level service limit 'Number of instances across all processing jobs' is 4 "
    "Instances, with current utilization of 0 Instances and a request delta of 11 Instances. "
    "Please contact AWS support to request an increase for this limit.": (
        "Number of instances across all processing jobs",
        4,
        11,
    ),
    "The account-level service limit for training-job/ml.p2.xlarge is 0 Instances, with current "
    "utilization of 0 Instances and a request delta of 2 Instances.": (
        "ml.p2.xlarge for training job usage",
        0,
        2,
    ),
    "The account-level service limit 'ml.m5.large for endpoint usage' is 0 Instances": (
        "ml.m5.large for endpoint usage",
        0,
        1,
    ),
}
IN_USE = (
    "The account-level service limit 'ml.g4dn.xlarge for training job usage' is 2 Instances, with "
    "current utilization of 2 Instances and a request delta of 1 Instances. Please contact AWS "
    "support to request an increase for this limit."
)


@pytest.mark.parametrize("message", TOO_SMALL)
def test_a_quota_below_the_request_fails_at_once_with_the_command_to_raise_it(
    monkeypatch: pytest.MonkeyPatch, message: str
) -> None:
    for variable, value in VARIABLES.items():
        monkeypatch.setenv(variable, value)
    name, granted, asked = TOO_SMALL[message]
    error = limited(message)
    assert type(error) is QuotaTooSmall
    command = (
        "aws service-quotas request-service-quota-increase --service-code sagemaker --quota-code "
        "$(aws service-quotas list-service-quotas --service-code sagemaker --region us-east-1 "
        f"--query \"Quotas[?QuotaName=='{name}'].QuotaCode\" --output text) "
        f"--desired-value {asked} --region us-east-1"
    )
    sentence = f"Quota: {name}: {granted}; needed: {asked}. To fix it: {command}"
    assert str(error) == sentence


@pytest.mark.parametrize("message", [IN_USE, "Another limit, in words that nobody has seen"])
def test_a_quota_that_others_use_up_is_waited_for(message: str) -> None:
    error = limited(message)
    assert type(error) is LimitReached
    assert message in str(error)


@pytest.mark.parametrize(
    ("error", "name", "message"),
    [
        (KeyError("prefix"), "KeyError", "KeyError: 'prefix'"),
        (TimeoutError(), "TimeoutError", "TimeoutError"),
        (NameTaken(), "NameTaken", "NameTaken"),
        (NameTaken("taken"), "NameTaken", "taken"),
    ],
)
def test_every_error_has_a_message(error: Exception, name: str, message: str) -> None:
    def call(_event: object, _context: object) -> None:
        raise error

    with pytest.raises(Exception) as raised:  # noqa: PT011 - of which kind is the question
        translate_errors(call)({}, None)
    assert (type(raised.value).__name__, str(raised.value)) == (name, message)


def test_a_long_message_keeps_its_beginning_and_its_end() -> None:
    def call(_event: object, _context: object) -> None:
        raise NameTaken(f"begins {'x' * 50_000} ends")

    with pytest.raises(Exception, match=r"^begins x+ … x+ ends$") as raised:
        translate_errors(call)({}, None)
    assert type(raised.value).__name__ == "NameTaken"
    assert len(str(raised.value)) < 5000
