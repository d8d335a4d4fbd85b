from datetime import UTC, datetime, timedelta

import pytest
from botocore.exceptions import ClientError

from common.environment import Environment, MissingVariable
from common.jobs import NameTaken, start_once
from common.run import fill, resource_name, run_id
from common.steps import LimitReached, Throttled, step
from tests.lambdas.conftest import VARIABLES, run

STARTED = datetime(2026, 1, 31, 12, tzinfo=UTC)


@pytest.mark.parametrize("name", ["run-1", "run-20260131-120000", "a"])
def test_a_plain_name_is_the_id(name: str) -> None:
    assert run_id(name) == name


def test_ids_fit_and_never_meet() -> None:
    names = ["Run 1", "run_1", "run.1", "RUN-1", "x" * 80, "x" * 79, "---", "é"]
    ids = {run_id(name) for name in names}
    assert len(ids) == len(names)
    for identity in ids:
        assert len(identity) <= 24
        assert identity[0].isalnum()
        assert identity[-1].isalnum()
        longest = resource_name(run(id=identity, environment="staging"), "endpoint-config", 999)
        assert len(longest) <= 63


def test_placeholders_become_this_run() -> None:
    request = {"Uri": "{run_prefix}/features/{run_id}", "List": ["--epochs={epochs}", 3, "{other}"]}
    assert fill(request, run(), other="more") == {
        "Uri": "s3://artefacts/runs/run-1/features/run-1",
        "List": ["--epochs=3", 3, "more"],
    }


def test_a_value_that_looks_like_a_placeholder_stays_what_it_is() -> None:
    columns = {"text": "{reviews}", "rating": "Rating", "title": ""}
    assert fill("{text_column}", run(columns=columns)) == "{reviews}"


def failing(code: str, status: int = 400):
    def call() -> None:
        answer = {"Error": {"Code": code, "Message": "m"}}
        raise ClientError({**answer, "ResponseMetadata": {"HTTPStatusCode": status}}, "Create")

    return call


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


def test_a_wrong_request_is_not_taken_for_a_job_that_is_there() -> None:
    with pytest.raises(ClientError, match="Create operation"):
        start_once(run(), failing("ValidationException"), failing("ValidationException"))


def test_what_is_there_may_be_described_later() -> None:
    with pytest.raises(ClientError, match="ThrottlingException"):
        start_once(run(), failing("ResourceInUse"), failing("ThrottlingException"))


def test_any_other_error_goes_on() -> None:
    with pytest.raises(ClientError, match="AccessDenied"):
        start_once(run(), failing("AccessDenied"), lambda: pytest.fail("not to be described"))


@pytest.mark.parametrize(
    ("code", "status", "named"),
    [
        ("ThrottlingException", 400, Throttled),
        ("ServiceUnavailable", 503, Throttled),
        ("503", 503, Throttled),
        ("404", 404, ClientError),
        ("ResourceLimitExceeded", 400, LimitReached),
        ("AccessDeniedException", 400, ClientError),
    ],
)
def test_errors_that_pass_have_names(code: str, status: int, named: type[Exception]) -> None:
    with pytest.raises(named, match=code):
        step(lambda _event, _context: failing(code, status)())({"run": run()}, None)


def test_a_missing_variable_is_named() -> None:
    variables = {name: value for name, value in VARIABLES.items() if name != "GLUE_TABLE"}
    with pytest.raises(MissingVariable, match="GLUE_TABLE is not set"):
        Environment.read(variables)
