import pytest
from botocore.exceptions import ClientError

from common.environment import Environment, MissingVariable
from common.jobs import start_once
from common.run import LONGEST_NAME, fill, resource_name, run_id
from tests.lambdas.conftest import VARIABLES, run


@pytest.mark.parametrize("name", ["run-1", "run-20260131-120000", "a"])
def test_a_plain_name_is_the_id(name: str) -> None:
    assert run_id(name) == name


def test_ids_fit_and_never_meet() -> None:
    names = ["Run 1", "run_1", "run.1", "RUN-1", "x" * 80, "x" * 79, "---", "é"]
    ids = {run_id(name) for name in names}
    assert len(ids) == len(names)
    for identity in ids:
        assert len(identity) <= 30
        assert identity[0].isalnum()
        assert identity[-1].isalnum()
        longest = resource_name(run(id=identity, environment="staging"), "endpoint-config")
        assert len(longest) <= LONGEST_NAME


def test_placeholders_become_this_run() -> None:
    request = {"Uri": "{run_prefix}/features/{run_id}", "List": ["--epochs={epochs}", 3, "{other}"]}
    assert fill(request, run(), other="more") == {
        "Uri": "s3://artefacts/runs/run-1/features/run-1",
        "List": ["--epochs=3", 3, "more"],
    }


def test_a_value_that_looks_like_a_placeholder_stays_what_it_is() -> None:
    columns = {"text": "{reviews}", "rating": "Rating", "title": ""}
    assert fill("{text_column}", run(columns=columns)) == "{reviews}"


def failing(code: str):
    def call() -> None:
        raise ClientError({"Error": {"Code": code, "Message": "m"}}, "Create")

    return call


@pytest.mark.parametrize("code", ["ResourceInUse", "ValidationException"])
def test_a_job_that_is_there_is_adopted(code: str) -> None:
    described = []
    start_once(failing(code), lambda: described.append(True))
    assert described == [True]


def test_a_wrong_request_is_not_taken_for_a_job_that_is_there() -> None:
    with pytest.raises(ClientError, match="Create operation"):
        start_once(failing("ValidationException"), failing("ValidationException"))


def test_any_other_error_goes_on() -> None:
    with pytest.raises(ClientError, match="ResourceLimitExceeded"):
        start_once(failing("ResourceLimitExceeded"), lambda: pytest.fail("not to be described"))


def test_a_missing_variable_is_named() -> None:
    variables = {name: value for name, value in VARIABLES.items() if name != "GLUE_TABLE"}
    with pytest.raises(MissingVariable, match="GLUE_TABLE is not set"):
        Environment.read(variables)
