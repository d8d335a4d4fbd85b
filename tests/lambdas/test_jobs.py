"""What a function creates is created once."""

from datetime import UTC, datetime, timedelta

import pytest
from botocore.exceptions import ClientError

from shared.jobs import NameTaken, start_once
from tests.lambdas.refusals import failing
from tests.lambdas.runs import run

STARTED = datetime(2026, 1, 31, 12, tzinfo=UTC)


@pytest.mark.parametrize("code", ["ResourceInUse", "ValidationException"])
def test_a_job_that_this_run_started_is_adopted(code: str) -> None:
    start_once(run(), failing(code), lambda: {"CreationTime": STARTED + timedelta(seconds=1)})


def test_a_job_of_an_earlier_run_is_not_adopted() -> None:
    with pytest.raises(NameTaken, match="2026-01-31 11:00; start the execution with a name that"):
        start_once(
            run(),
            failing("ResourceInUse"),
            lambda: {"CreationTime": STARTED - timedelta(hours=1)},
        )


def test_an_invalid_request_is_not_mistaken_for_an_existing_job() -> None:
    with pytest.raises(ClientError, match="Create operation"):
        start_once(run(), failing("ValidationException"), failing("ValidationException"))


def test_an_existing_job_may_be_described_later() -> None:
    with pytest.raises(ClientError, match="ThrottlingException"):
        start_once(run(), failing("ResourceInUse"), failing("ThrottlingException"))


def test_any_other_error_goes_on() -> None:
    with pytest.raises(ClientError, match="AccessDenied"):
        start_once(run(), failing("AccessDenied"), lambda: pytest.fail("not to be described"))
