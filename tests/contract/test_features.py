"""The schema refuses what its readers could not read."""

from dataclasses import replace

import pytest

from contract.features import (
    EVENT_TIME,
    REVIEW_ID,
    SCHEMA,
    SPLIT_TYPE,
    STAR_RATING,
    STRING,
    Feature,
    Schema,
)

PAIR = Schema(identifier=REVIEW_ID, event_time=EVENT_TIME, features=(REVIEW_ID, EVENT_TIME))


@pytest.mark.parametrize(
    ("features", "message"),
    [
        ((*SCHEMA.features, STAR_RATING), "must have different names"),
        (SCHEMA.features[1:], "the identifier and the event time must be among them"),
        ((*SCHEMA.features, Feature("country", STRING, nullable=True)), "country, must not be nul"),
    ],
)
def test_a_schema_whose_rows_could_not_be_read_is_refused(
    features: tuple[Feature, ...], message: str
) -> None:
    with pytest.raises(ValueError, match=message):
        replace(SCHEMA, features=features)


def test_rows_have_the_order_of_the_schema_whatever_that_of_the_columns() -> None:
    columns = {EVENT_TIME: ["now", "then"], REVIEW_ID: ["a", "b"]}
    assert list(PAIR.rows(columns)) == [("a", "now"), ("b", "then")]


@pytest.mark.parametrize(
    "columns", [{REVIEW_ID: ["a"]}, {REVIEW_ID: ["a"], EVENT_TIME: ["b"], SPLIT_TYPE: ["train"]}]
)
def test_a_feature_without_a_column_and_a_column_without_a_feature_are_named(
    columns: dict[Feature, list[str]],
) -> None:
    with pytest.raises(ValueError, match=r"one column for each; check (date|split_type)"):
        list(PAIR.rows(columns))


def test_only_numbers_of_classes_without_sentiment_and_ratings_that_are_texts_may_be_missing() -> (
    None
):
    missing = set(SCHEMA.names) - set(SCHEMA.required)
    assert missing == {"sentiment", "star_rating"}
