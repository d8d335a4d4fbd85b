from dataclasses import fields
from itertools import product
from pathlib import Path
from typing import Any

import pytest

from contract import execution_input
from contract.execution_input import STARTS
from infra.settings import Columns
from reviews.client.errors import InvalidArgument
from reviews.client.runs.run_input import check_start, parse_fields


def test_settings_nest_by_dots_and_read_json_values() -> None:
    settings = ["training.epochs=3", "training.learning_rate=1e-4", "base_model=roberta-base"]
    assert parse_fields(settings) == {
        "training": {"epochs": 3, "learning_rate": 1e-4},
        "base_model": "roberta-base",
    }


def test_names_stay_text_even_if_they_are_numbers() -> None:
    settings = ["from_run=42", "columns.text=1"]
    assert parse_fields(settings) == {"from_run": "42", "columns": {"text": "1"}}


@pytest.mark.parametrize("field", ["training.epochs", "from_run"])
def test_a_field_that_is_given_twice_is_named(field: str) -> None:
    with pytest.raises(InvalidArgument, match=f"--set {field}=2: {field} is given twice"):
        parse_fields([f"{field}=1", "columns.text=a", f"{field}=2"])


@pytest.mark.parametrize("setting", ["epochs", "=3", "training.=3", ".epochs=1"])
def test_a_setting_of_another_form_is_named(setting: str) -> None:
    with pytest.raises(InvalidArgument, match="FIELD=VALUE"):
        parse_fields([setting])


@pytest.mark.parametrize("field", ["epochs", "training.epoch", "gate.mode", "training.epochs.a"])
def test_an_unknown_field_is_answered_with_those_there_are(field: str) -> None:
    with pytest.raises(InvalidArgument) as caught:
        parse_fields([f"{field}=1"])
    assert str(caught.value).startswith(f"--set {field}: there is no such field; allowed is ")
    assert "training.epochs, training.batch_size" in str(caught.value)


@pytest.mark.parametrize(
    ("setting", "message"),
    [
        ("training.epochs=0", "0 must be a whole number from 1 to 100"),
        ("training.epochs=1.5", "1.5 must be a whole number"),
        ("training.learning_rate=fast", "'fast' must be a number"),
        ("training.learning_rate=2", "2 must be a number of at least 1e-07 and below 1"),
        ("start_at=gate", "'gate' must be one of processing, training, evaluation"),
        ("base_model=s3://data", "'s3://data' is not s3://bucket/key"),
        ("columns.text=", "'' must be a column's name"),
        ("max_rejected_share=NaN", "nan must be a number from 0 to 1"),
    ],
)
def test_an_invalid_value_is_refused_with_the_allowed_ones(setting: str, message: str) -> None:
    with pytest.raises(InvalidArgument) as caught:
        parse_fields([setting])
    assert str(caught.value).startswith(f"--set {setting}: {message}")


def test_the_columns_of_the_settings_are_those_of_the_input() -> None:
    assert tuple(field.name for field in fields(Columns)) == execution_input.COLUMNS


@pytest.mark.parametrize("start_at", [None, *STARTS])
def test_fields_go_together_here_as_in_prepare(start_at: str | None) -> None:
    """`model_data` alone may be taken away: Prepare finds it in the run."""
    begin = {} if start_at is None else {"start_at": start_at}
    uri = "s3://bucket/key"
    for reviews, from_run in product((None, uri), (None, "mine")):
        given = {"reviews": reviews, "from_run": from_run}
        document = begin | {name: value for name, value in given.items() if value}
        try:
            execution_input.check_input(document)
        except execution_input.InvalidInput:
            with pytest.raises(InvalidArgument):
                check_start(document, None)
        else:
            check_start(document, None)


@pytest.mark.parametrize(
    ("document", "file", "message"),
    [
        ({}, None, "Give a file of reviews, or continue from an earlier run: "),
        ({"from_run": "a"}, "x.csv", "--set from_run=a: add --set start_at=training or"),
        ({"start_at": "training"}, None, "--set start_at=training: add --set from_run=NAME"),
        ({"start_at": "training", "from_run": ""}, None, "add --set from_run=NAME"),
        ({"start_at": "evaluation", "from_run": "a"}, "x.csv", "x.csv: a run that starts at"),
        ({"reviews": "s3://b/k"}, "x.csv", "Give either x.csv or --set reviews=s3://b/k"),
    ],
)
def test_fields_that_exclude_each_other_are_refused_with_the_allowed_ones(
    document: dict[str, str], file: str | None, message: str
) -> None:
    with pytest.raises(InvalidArgument) as caught:
        check_start(document, Path(file) if file else None)
    assert message in str(caught.value)


@pytest.mark.parametrize(
    ("document", "file", "message"),
    [
        (
            {"start_at": "training", "from_run": "a", "training": {"max_length": 64}},
            None,
            "training.max_length: is that of the features of from_run",
        ),
        (
            {"start_at": "evaluation", "from_run": "a", "training": {"epochs": 1}},
            None,
            "input that starts at evaluation: unknown field 'training'; allowed: start_at, from",
        ),
        ({"model_data": "s3://b/k"}, "x.csv", "--set model_data=s3://b/k: add --set start_at="),
        ({"columns": {"text": "a" * 241}}, "x.csv", "must be one line of at most 240 characters"),
    ],
)
def test_an_input_that_prepare_would_refuse_is_refused_before_the_upload_with_the_same_message(
    document: dict[str, Any], file: str | None, message: str
) -> None:
    with pytest.raises(InvalidArgument) as caught:
        check_start(document, Path(file) if file else None)
    assert message in str(caught.value)
