"""How inputs are made up, watched and counted."""

import importlib
from pathlib import Path

import pytest
from hypothesis import strategies as st

from tests.fuzz import cases
from tests.fuzz.cases import MANY, HangError, fuzz

LEAST = 100_000


@pytest.mark.slow
def test_all_areas_together_have_a_hundred_thousand_inputs() -> None:
    for path in Path(__file__).parent.glob("test_*.py"):
        importlib.import_module(f"tests.fuzz.{path.stem}")
    assert sum(MANY.values()) >= LEAST


def _turn() -> None:
    while True:
        pass


def test_an_input_that_takes_too_long_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cases, "_PROCESSOR_SECONDS", 0.05)
    with pytest.raises(HangError, match=r"more than 0\.05 s for one input"), cases._watched():
        _turn()


@fuzz("itself", few=10, many=10, number=st.integers())
def test_inputs_come_beside_fixtures(tmp_path: Path, number: int) -> None:
    assert tmp_path.is_dir()
    assert isinstance(number, int)
