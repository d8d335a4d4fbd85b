"""Which combination a strategy takes next."""

import pytest

from localcloud.core.errors import ValidationException
from localcloud.tuning import strategies
from localcloud.tuning.ranges import Space
from localcloud.tuning.strategies import Result, Strategy, make_strategy

LETTERS = Space.of(
    {
        "CategoricalParameterRanges": [
            {"Name": "first", "Values": ["a", "b"]},
            {"Name": "second", "Values": ["c", "d", "e"]},
        ]
    }
)
LINE = Space.of({"ContinuousParameterRanges": [{"Name": "x", "MinValue": "0", "MaxValue": "1"}]})


def run(strategy: Strategy, count: int) -> list[dict[str, str]]:
    """What it suggests, where no job has a result yet."""
    results: list[Result] = []
    found = []
    while len(found) < count and (suggested := strategy.suggest(results)):
        results.append((suggested[0], None))
        found.append(suggested[1])
    return found


def test_a_grid_has_every_combination_once_and_in_order() -> None:
    found = run(make_strategy("Grid", LETTERS, None), 10)
    assert ["".join(values.values()) for values in found] == ["ac", "ad", "ae", "bc", "bd", "be"]


@pytest.mark.parametrize("name", ["Random", "Bayesian", "Hyperband"])
def test_no_combination_comes_twice_and_the_last_is_the_last(name: str) -> None:
    found = run(make_strategy(name, LETTERS, 1), 10)
    assert len({tuple(values.values()) for values in found}) == len(found) == 6


@pytest.mark.parametrize("name", ["Random", "Bayesian", "Hyperband"])
def test_the_same_seed_gives_the_same_values(name: str) -> None:
    first, again, other = (run(make_strategy(name, LINE, seed), 5) for seed in (7, 7, 8))
    assert first == again != other


def test_a_bayesian_search_comes_closer_to_the_best_value_than_chance() -> None:
    """Of (x - 0.3)², with ten jobs: the closest of ten at random is 0.03 away on average."""
    distances = []
    for seed in range(5):
        strategy, results = make_strategy("Bayesian", LINE, seed), list[Result]()
        for _ in range(10):
            suggested = strategy.suggest(results)
            assert suggested is not None
            results.append((suggested[0], (float(suggested[1]["x"]) - 0.3) ** 2))
        distances.append(min(abs(point[0] - 0.3) for point, _ in results))
    assert max(distances) < 0.02


def test_bayesian_without_its_library_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(strategies, "find_spec", lambda _name: None)
    with pytest.raises(ValidationException, match="Bayesian needs scikit-learn"):
        make_strategy("Bayesian", LINE, None)


def test_a_grid_of_numbers_is_refused() -> None:
    with pytest.raises(ValidationException, match="Grid supports CategoricalParameterRanges only"):
        make_strategy("Grid", LINE, None)
