"""Every variant of the settings, synthesised."""

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from infra.settings import Settings
from tests.infra.variants import VARIANTS, synthesised
from tests.judges.templates import Resolver, Template


@dataclass(frozen=True, kw_only=True)
class Variant:
    """`files` and `stacks` are templates by stack name."""

    name: str
    settings: Settings
    files: Mapping[str, Path]
    stacks: Mapping[str, Template]

    def definition(self) -> dict[str, Any]:
        """Of the state machine, with example values in place of references."""
        template = self.stacks[f"{self.settings.name}-Pipeline"]
        (machine,) = (
            found["Properties"]
            for found in template["Resources"].values()
            if found["Type"] == "AWS::StepFunctions::StateMachine"
        )
        text = Resolver(template, self.stacks).resolve(machine["DefinitionString"])
        parsed: dict[str, Any] = json.loads(text)
        return parsed


@pytest.fixture(scope="session")
def variants(tmp_path_factory: pytest.TempPathFactory) -> list[Variant]:
    root = tmp_path_factory.getbasetemp()
    if "PYTEST_XDIST_WORKER" in os.environ:
        root = root.parent  # which all workers have in common
    return [_variant(name, root / "variants") for name in VARIANTS]


def _variant(name: str, root: Path) -> Variant:
    files = synthesised(name, root)
    stacks = {stack: json.loads(file.read_text()) for stack, file in files.items()}
    return Variant(name=name, settings=VARIANTS[name], files=files, stacks=stacks)
