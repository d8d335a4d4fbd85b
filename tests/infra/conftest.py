"""Fixtures of synthesised environments, each synthesised once in a test run."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from infra.settings import ENVIRONMENTS
from tests.infra import variants
from tests.infra.synthesis import folder_of_the_run, templates

ROOT = Path(__file__).parents[2]
Template = dict[str, Any]


class Synthesised:
    """The templates of environments, by environment and stack; `folders` are their assemblies."""

    def __init__(self, folders: Mapping[str, Path]) -> None:
        self.folders = folders
        self._templates: dict[tuple[str, str], Template] = {}
        for environment, folder in folders.items():
            for stack, file in templates(folder).items():
                kind = stack.rpartition("-")[2]
                self._templates[environment, kind] = json.loads(file.read_text())

    def template(self, environment: str, stack: str) -> Template:
        return self._templates[environment, stack]

    def resources(self, environment: str, stack: str, kind: str) -> Mapping[str, Template]:
        found = self.template(environment, stack)["Resources"]
        return {name: item for name, item in found.items() if item["Type"] == kind}

    def definition(self, environment: str, machine: str = "") -> Template:
        """A state machine, by default the pipeline, with every reference as <name>."""
        machines = self.resources(environment, "Pipeline", "AWS::StepFunctions::StateMachine")
        (found,) = (
            found
            for found in machines.values()
            if found["Properties"]["StateMachineName"] == (machine or f"reviews-{environment}")
        )
        parsed: Template = json.loads(plain(found["Properties"]["DefinitionString"]))
        return parsed


def as_list(value: Any) -> list[Any]:
    """An element of a policy, which is one value or a list of them."""
    return value if isinstance(value, list) else [value]


def plain(value: Any) -> str:
    """A template's text with every reference as <name>."""
    match value:
        case str():
            return value
        case {"Fn::Join": [separator, parts]}:
            return str(separator).join(plain(part) for part in parts)
        case {"Ref": name}:
            return f"<{name}>"
        case {"Fn::GetAtt": [name, attribute]}:
            return f"<{name}.{attribute}>"
        case {"Fn::GetStackOutput": {"OutputName": name}}:
            return f"<{name}>"
    raise TypeError(value)


@pytest.fixture(scope="session")
def synthesised(tmp_path_factory: pytest.TempPathFactory) -> Synthesised:
    """All environments."""
    folder = folder_of_the_run(tmp_path_factory)
    return Synthesised({name: variants.synthesised(name, folder) for name in ENVIRONMENTS})
