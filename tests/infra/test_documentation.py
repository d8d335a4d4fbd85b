"""The parts of docs/ about the synthesised app: diagrams, and the runbook of failures."""

import ast
import re
from pathlib import Path
from typing import Any

import pytest

from contract.steps import Step
from tests.docs.pages import ROOT, headings, read
from tests.infra.conftest import Synthesised
from tools import assembly, write_docs

RUNBOOK = ROOT / "docs" / "operations.md"
_ALARM = "AWS::CloudWatch::Alarm"


@pytest.fixture(scope="module")
def stacks(synthesised: Synthesised) -> list[assembly.Stack]:
    return assembly.read(synthesised.folders[write_docs.DRAWN])


@pytest.fixture(scope="module")
def definition(stacks: list[assembly.Stack]) -> dict[str, Any]:
    return assembly.state_machine(stacks)


def test_the_diagrams_are_current(stacks: list[assembly.Stack]) -> None:
    page = read(ROOT / "docs" / "architecture.md")
    assert write_docs.architecture_page(page, stacks) == page, "run `make docs`"


def test_every_step_is_in_the_runbook() -> None:
    assert {step.title for step in Step} - set(headings(RUNBOOK)) == set()


def test_every_task_is_in_the_runbook(definition: dict[str, Any]) -> None:
    tasks = [name for name, state in definition["States"].items() if state["Type"] == "Task"]
    assert [name for name in tasks if f"`{name}`" not in read(RUNBOOK)] == []


def test_every_alarm_is_in_the_runbook(stacks: list[assembly.Stack]) -> None:
    alarms = {
        resource["Properties"]["AlarmName"].rpartition("-")[2]
        for stack in stacks
        for resource in stack.resources.values()
        if resource["Type"] == _ALARM
    }
    assert alarms
    assert alarms - set(headings(RUNBOOK)) == set()


def test_every_error_that_is_tried_again_is_in_the_runbook(definition: dict[str, Any]) -> None:
    retried = {
        error
        for state in definition["States"].values()
        for retry in state.get("Retry", [])
        for error in retry["ErrorEquals"]
    }
    assert unexplained(retried) == []


def test_every_error_of_the_functions_is_in_the_runbook() -> None:
    files = (ROOT / "lambdas").rglob("*.py")
    made_at_run_time = {"StepFailed"}  # has the name of the step
    assert unexplained(set().union(*map(exceptions, files)) - made_at_run_time) == []


def exceptions(file: Path) -> set[str]:
    """The names of the exceptions that a module defines."""
    return {
        node.name
        for node in ast.parse(read(file)).body
        if isinstance(node, ast.ClassDef)
        and any(ast.unparse(base) == "Exception" for base in node.bases)
    }


def unexplained(errors: set[str]) -> list[str]:
    text = read(RUNBOOK)
    return [error for error in sorted(errors) if not re.search(rf"`{re.escape(error)}`", text)]
