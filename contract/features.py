"""The features of a review: the columns of the Feature Group, of its table and of the jobs' files.

A new column is one more entry of `SCHEMA` and a line in ml_code/preparing/features.py, which has
its values. Everything else follows from the schema.
"""

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

# https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_FeatureDefinition.html
STRING, INTEGRAL, FRACTIONAL = "String", "Integral", "Fractional"
_ARROW_TYPES = {STRING: "string", INTEGRAL: "int64", FRACTIONAL: "float64"}
# The parts that features are split into, each a folder of files.
SPLITS = ("train", "validation", "test")


@dataclass(frozen=True)
class Feature:
    """A column. `type` is the Feature Store's; only a nullable one may be empty in a row."""

    name: str
    type: str
    nullable: bool = False

    @property
    def arrow_type(self) -> str:
        """Arrow's name of the type, for Parquet files."""
        return _ARROW_TYPES[self.type]

    def __str__(self) -> str:
        return self.name


@dataclass(frozen=True, kw_only=True)
class Schema:
    """The features in the order of the columns.

    The last one is not nullable: a row of a CSV file that was cut off lacks its last value.
    Raises ValueError for a schema whose rows could not be read.
    """

    identifier: Feature
    event_time: Feature
    features: tuple[Feature, ...]

    def __post_init__(self) -> None:
        if len(set(self.names)) < len(self.names):
            raise ValueError(f"features: {', '.join(self.names)} must have different names")
        if not {self.identifier, self.event_time} <= set(self.features):
            raise ValueError("features: the identifier and the event time must be among them")
        if self.features[-1].nullable:
            raise ValueError(f"features: the last one, {self.features[-1]}, must not be nullable")

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(feature.name for feature in self.features)

    @property
    def types(self) -> dict[str, str]:
        """Name → type of the Feature Store."""
        return {feature.name: feature.type for feature in self.features}

    @property
    def required(self) -> tuple[str, ...]:
        """The names of the features that have a value in every row."""
        return tuple(feature.name for feature in self.features if not feature.nullable)

    @property
    def version(self) -> str:
        """Six hex digits. The features of a group cannot be changed, so other features get a group
        of another name, which CloudFormation creates before it deletes the old one."""
        text = json.dumps(self.types, sort_keys=True)
        return hashlib.sha256(text.encode()).hexdigest()[:6]

    def rows(self, columns: Mapping[Feature, Sequence[Any]]) -> Iterable[tuple[Any, ...]]:
        """The rows of equally long columns, each with its values in the order of the features.

        Raises ValueError unless each feature has a column, all of one length.
        """
        if columns.keys() != set(self.features):
            wrong = ", ".join(sorted(map(str, columns.keys() ^ set(self.features))))
            raise ValueError(f"features: there must be one column for each; check {wrong}")
        return zip(*(columns[feature] for feature in self.features), strict=True)


REVIEW_ID = Feature("review_id", STRING)
EVENT_TIME = Feature("date", STRING)
SENTIMENT = Feature("sentiment", INTEGRAL, nullable=True)  # where the classes have one
LABEL_ID = Feature("label_id", INTEGRAL)
STAR_RATING = Feature("star_rating", INTEGRAL, nullable=True)  # where ratings are numbers
INPUT_IDS = Feature("input_ids", STRING)
REVIEW_BODY = Feature("review_body", STRING)
SPLIT_TYPE = Feature("split_type", STRING)

SCHEMA = Schema(
    identifier=REVIEW_ID,
    event_time=EVENT_TIME,
    features=(
        REVIEW_ID,
        EVENT_TIME,
        SENTIMENT,
        LABEL_ID,
        STAR_RATING,
        INPUT_IDS,
        REVIEW_BODY,
        SPLIT_TYPE,
    ),
)
