"""Every variant of the settings, synthesised."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from infra.settings import Settings
from tests.infra.synthesis import folder_of_the_run, templates
from tests.infra.variants import VARIANTS, synthesised
from tests.judges.templates import Resolver, Template
from tests.lambdas.conftest import load

__all__ = ["load"]


@dataclass(frozen=True, kw_only=True)
class Variant:
    """`files` and `stacks` are templates by stack name."""

    name: str
    settings: Settings
    files: Mapping[str, Path]
    stacks: Mapping[str, Template]

    def definition(self, machine: str = "") -> dict[str, Any]:
        """Of a state machine, by default the pipeline, with example values for references."""
        wanted = machine or self.settings.name
        template = self.stacks[f"{self.settings.name}-Pipeline"]
        (found,) = (
            found["Properties"]
            for found in template["Resources"].values()
            if found["Type"] == "AWS::StepFunctions::StateMachine"
            and found["Properties"]["StateMachineName"] == wanted
        )
        text = Resolver(template, self.stacks).resolve(found["DefinitionString"])
        parsed: dict[str, Any] = json.loads(text)
        return parsed


@pytest.fixture(scope="session")
def variants(tmp_path_factory: pytest.TempPathFactory) -> list[Variant]:
    folder = folder_of_the_run(tmp_path_factory)
    return [_variant(name, folder) for name in VARIANTS]


def _variant(name: str, root: Path) -> Variant:
    files = templates(synthesised(name, root))
    stacks = {stack: json.loads(file.read_text()) for stack, file in files.items()}
    return Variant(name=name, settings=VARIANTS[name], files=files, stacks=stacks)
