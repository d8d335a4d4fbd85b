"""The placeholders of a request, and the id of a run."""

import pytest

from contract.execution_input import InvalidInput
from shared.run import fill, run_id
from tests.lambdas.runs import run


def test_placeholders_become_this_run() -> None:
    request = {"Uri": "{run_prefix}/features/{run_id}", "List": ["--epochs={epochs}", 3, "{other}"]}
    assert fill(request, run(), other="more") == {
        "Uri": "s3://artefacts/runs/run-1/features/run-1",
        "List": ["--epochs=3", 3, "more"],
    }


def test_a_value_that_looks_like_a_placeholder_stays_what_it_is() -> None:
    columns = {"text": "{reviews}", "rating": "Rating", "title": ""}
    assert fill("{text_column}", run(columns=columns)) == "{reviews}"


def test_a_name_that_no_tag_may_have_is_refused_before_any_job() -> None:
    assert run_id({"name": "Try_1"}).startswith("try-1-")
    with pytest.raises(InvalidInput, match=r"^name of the execution: 'try\(1\)' has '\(', which"):
        run_id({"name": "try(1)"})
