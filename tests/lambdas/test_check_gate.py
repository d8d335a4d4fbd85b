"""Which models pass the gate."""

from typing import Any

import pytest

from tests.lambdas.runs import SCORES, run

GATE = {"mode": "enforce", "min_accuracy": 0.6, "min_macro_f1": 0.6, "max_drop": 0.01}


@pytest.mark.parametrize(
    ("evaluation", "missed"),
    [
        (SCORES, []),
        (SCORES | {"champion": SCORES}, []),
        (SCORES | {"accuracy": 0.59}, ["accuracy 0.59 is below 0.6"]),
        (SCORES | {"accuracy": float("nan")}, ["accuracy nan is below 0.6"]),
        (
            SCORES | {"champion": {"accuracy": 0.7, "macro_f1": 0.71}},
            ["macro_f1 0.69 is more than 0.01 below the champion's 0.71 on the same reviews"],
        ),
    ],
)
def test_the_gate_names_the_rules_that_are_missed(load, evaluation: Any, missed: list[str]) -> None:
    assert load("check_gate").missed_rules(evaluation, GATE) == missed


@pytest.mark.parametrize(("mode", "passed"), [("enforce", False), ("report", True)])
def test_a_reporting_gate_lets_pass(load, monkeypatch, mode: str, passed: bool) -> None:
    check = load("check_gate")
    monkeypatch.setattr(check.s3, "read_json", lambda *_: {"accuracy": 0.1, "macro_f1": 0.1})
    answer = check.handler({"run": run(), "gate": GATE | {"mode": mode}}, None)
    assert answer["passed"] is passed
    assert len(answer["missed"]) == 2
