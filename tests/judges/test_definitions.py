"""The state machine of every variant, read by validators of the Amazon States Language."""

import copy
from collections.abc import Callable
from typing import Any

import pytest

from contract.states import HANDLE_FAILURE, RESUME
from contract.steps import Step, step_of
from tests.judges.conftest import Variant
from tests.judges.node import judged_by

Definition = dict[str, Any]


def judge(definitions: dict[str, Definition]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = judged_by("definitions.js", definitions)
    return found


def test_no_validator_has_anything_against_any_definition(variants: list[Variant]) -> None:
    found = judge({variant.name: variant.definition() for variant in variants})
    assert found == {variant.name: [] for variant in variants}


def without_a_target(definition: Definition) -> None:
    definition["States"]["Begin"]["Next"] = "Nowhere"


def with_a_path(definition: Definition) -> None:
    definition["States"]["Prepare"]["ResultPath"] = "$.x"


def with_a_broken_expression(definition: Definition) -> None:
    definition["States"]["Prepare"]["Output"] = "{% $states.result.( %}"


def with_a_misspelt_field(definition: Definition) -> None:
    definition["States"]["StartTraining"]["Retry"][0]["MaxAttempt"] = 3


def without_a_condition(definition: Definition) -> None:
    del definition["States"]["Approved?"]["Choices"][0]["Condition"]


@pytest.mark.parametrize(
    "spoil",
    [
        without_a_target,
        with_a_path,
        with_a_broken_expression,
        with_a_misspelt_field,
        without_a_condition,
    ],
)
def test_a_wrong_definition_is_found(
    variants: list[Variant], spoil: Callable[[Definition], None]
) -> None:
    definition = copy.deepcopy(variants[0].definition())
    spoil(definition)
    assert judge({"spoilt": definition})["spoilt"]


def test_every_state_belongs_to_one_step_or_handles_failures(variants: list[Variant]) -> None:
    for variant in variants:
        states = set(variant.definition()["States"])
        assert {name for name in states if step_of(name) is None} == {HANDLE_FAILURE, RESUME}
    every = {name for variant in variants for name in variant.definition()["States"]}
    assert {name for step in Step for name in step.states} == every - {HANDLE_FAILURE, RESUME}


def test_a_state_that_fails_names_its_step(variants: list[Variant]) -> None:
    for variant in variants:
        for name, state in variant.definition()["States"].items():
            for part in (state, *state.get("Catch", [])):
                if "step" in (assigned := part.get("Assign", {})):
                    assert Step(assigned["step"]) is step_of(name)
                    assert step_of(assigned["resume_at"]) is step_of(name)
