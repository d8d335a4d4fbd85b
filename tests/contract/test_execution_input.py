from typing import Any

import pytest

from contract.execution_input import InvalidInput, check_input

GOOD = {"reviews": "s3://data/reviews.csv"}
DEEP: list[Any] = []
for _ in range(2_000):
    DEEP = [DEEP]


@pytest.mark.parametrize("name", ["roberta-base", "FacebookAI/roberta-base", "a_b.c", "/opt/m/x"])
def test_a_base_model_is_a_name_of_the_hub_or_a_folder(name: str) -> None:
    assert check_input(GOOD | {"base_model": name})["base_model"] == name


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ([], r"input: \[\] is not a JSON object"),
        ({}, "reviews: missing; it must be s3://bucket/key of a file of reviews"),
        ({"reviews": "reviews.csv"}, "reviews: 'reviews.csv' is not s3://bucket/key"),
        ({"reviews": "s3://data"}, "reviews: 's3://data' is not"),
        ({"reviews": 7}, "reviews: 7 is not"),
        (
            GOOD | {"trainign": {}},
            "unknown field 'trainign'; allowed: start_at, rev",
        ),
        (GOOD | {"base_model": ""}, "base_model: '' must be"),
        (GOOD | {"base_model": "https://huggingface.co/roberta-base"}, "base_model: 'https.* such"),
        (GOOD | {"base_model": "../model"}, "base_model: '../model' must be a model's name"),
        (GOOD | {"base_model": 7}, "base_model: 7 must be"),
        (GOOD | {"columns": {"text": "a\0b"}}, "columns.text: .* without control characters"),
        (GOOD | {"reviews": "s3://data/a\u2028b"}, "reviews: .* must be one line of at most 1024"),
        (GOOD | {"any": DEEP}, "input: has too many lists or objects within each other"),
        (GOOD | {"base_model": "s3://data"}, "base_model: 's3://data' is not s3://bucket/key"),
        (GOOD | {"columns": {"body": "x"}}, "columns: unknown field 'body'; allowed: text, rating"),
        (GOOD | {"columns": {"text": ""}}, "columns.text: '' must be a column's name"),
        (GOOD | {"columns": "Text"}, "columns: 'Text' must be an object"),
        (GOOD | {"max_rejected_share": 2}, "max_rejected_share: 2 must be a number from 0 to 1"),
        (GOOD | {"max_rejected_share": True}, "max_rejected_share: True must be a number"),
        (GOOD | {"training": {"lr": 1}}, "training: unknown field 'lr'; allowed: epochs, batch"),
        (GOOD | {"training": {"epochs": 0}}, "training.epochs: 0 must be a whole number from 1"),
        (GOOD | {"training": {"epochs": 1.5}}, "training.epochs: 1.5 must be a whole number"),
        (GOOD | {"training": {"epochs": True}}, "training.epochs: True must be"),
        (GOOD | {"training": {"learning_rate": "a"}}, "training.learning_rate: 'a' must be a num"),
        (GOOD | {"training": 3}, "training: 3 must be an object"),
        (GOOD | {"start_at": "gate"}, "start_at: 'gate' must be one of processing, training, eval"),
        (GOOD | {"start_at": []}, r"start_at: \[\] must be one of"),
        (GOOD | {"start_at": "training"}, "starts at training: unknown field 'reviews'; allowed"),
        ({"start_at": "training"}, "from_run: None must be the name of an earlier execution"),
        (
            {"start_at": "training", "from_run": "a", "training": {"max_length": 8}},
            "training.max_length: is that of the features of from_run",
        ),
        (
            {"start_at": "evaluation", "from_run": "a", "training": {}},
            "unknown field 'training'; allowed: start_at, from_run, model_data",
        ),
        (
            {"start_at": "evaluation", "from_run": "a", "model_data": "model.tar.gz"},
            "model_data: 'model.tar.gz' is not s3://bucket/key",
        ),
    ],
)
def test_a_wrong_input_is_named_with_what_is_allowed(wrong: Any, message: str) -> None:
    with pytest.raises(InvalidInput, match=message):
        check_input(wrong)


@pytest.mark.parametrize(
    "name",
    [
        "AWS_STEP_FUNCTIONS_STARTED_BY_EXECUTION_ID",
        "Comment",
        "_datadog",
        "_X_AMZN_TRACE_ID",
        "traceparent",
    ],
)
def test_fields_of_step_functions_and_of_tracers_are_none_of_ours(name: str) -> None:
    assert check_input(GOOD | {name: {"any": "thing"}}) == GOOD
    later = {"start_at": "training", "from_run": "run-1"}
    assert check_input(later | {name: "x"}) == later
