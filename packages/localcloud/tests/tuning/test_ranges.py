"""Points between 0 and 1, and the values that they stand for."""

from typing import Any

import pytest

from localcloud.core.errors import ValidationException
from localcloud.tuning.ranges import Space, check_static


def numbers(low: str, high: str, scale: str = "Linear", name: str = "x") -> dict[str, str]:
    return {"Name": name, "MinValue": low, "MaxValue": high, "ScalingType": scale}


def continuous(low: str, high: str, scale: str = "Linear") -> Space:
    return Space.of({"ContinuousParameterRanges": [numbers(low, high, scale)]})


@pytest.mark.parametrize(
    ("space", "share", "value"),
    [
        (continuous("1", "3"), 0.5, 2.0),
        (continuous("0.0001", "1", "Logarithmic"), 0.5, 0.01),
        (continuous("0.0001", "1", "Auto"), 0.5, 0.01),  # 10,000 times as large
        (continuous("1", "3", "Auto"), 0.5, 2.0),
        (continuous("0", "0.9999", "ReverseLogarithmic"), 0.5, 0.99),
        (continuous("1", "3"), 1.0, 3.0),
    ],
)
def test_a_continuous_range_is_searched_on_its_scale(
    space: Space, share: float, value: float
) -> None:
    assert float(space.values([share])["x"]) == pytest.approx(value)


def test_each_integer_has_an_equal_part() -> None:
    space = Space.of({"IntegerParameterRanges": [numbers("1", "4")]})
    found = [space.values([share / 8])["x"] for share in range(9)]
    assert found == ["1", "1", "2", "2", "3", "3", "4", "4", "4"]
    assert space.count == 4


def test_a_space_has_the_values_of_all_its_ranges() -> None:
    space = Space.of(
        {
            "IntegerParameterRanges": [numbers("1", "2", name="epochs")],
            "ContinuousParameterRanges": [numbers("0", "1", name="rate")],
            "CategoricalParameterRanges": [{"Name": "optimizer", "Values": ["adam", "sgd"]}],
        }
    )
    assert space.dimensions == 4
    assert space.count == float("inf")
    assert space.values([0.9, 0.25, 0.1, 0.7]) == {
        "epochs": "2",
        "rate": "0.25",
        "optimizer": "sgd",
    }


@pytest.mark.parametrize(
    ("ranges", "complaint"),
    [
        ({}, "must have at least one range"),
        ({"IntegerParameterRanges": [numbers("1", "1")]}, "MinValue of 'x', 1, must be less"),
        ({"IntegerParameterRanges": [numbers("1.5", "2")]}, "must be an integer, not '1.5'"),
        ({"ContinuousParameterRanges": [numbers("nan", "2")]}, "must be a number, not 'nan'"),
        ({"ContinuousParameterRanges": [numbers("a", "2")]}, "must be a number, not 'a'"),
        (
            {"ContinuousParameterRanges": [numbers("0", "2", "Logarithmic")]},
            "only values greater than 0; its MinValue is 0",
        ),
        (
            {"ContinuousParameterRanges": [numbers("0", "1", "ReverseLogarithmic")]},
            "within the range 0<=x<1.0",
        ),
        (
            {"IntegerParameterRanges": [numbers("1", "2"), numbers("3", "4")]},
            "have 'x' more than once",
        ),
        (
            {"CategoricalParameterRanges": [{"Name": "c", "Values": ["a", "a"]}]},
            "'c' has the same value more than once",
        ),
    ],
)
def test_a_range_that_cannot_be_searched_is_refused(ranges: dict[str, Any], complaint: str) -> None:
    with pytest.raises(ValidationException, match=complaint):
        Space.of(ranges)


def test_a_hyperparameter_is_static_or_tuned() -> None:
    with pytest.raises(ValidationException, match="'x' is in StaticHyperParameters and in"):
        check_static(continuous("0", "1"), {"x": "1"})
