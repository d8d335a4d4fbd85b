"""The placeholders of a request."""

from shared.run import fill
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
