"""The stacks of one synthesised environment."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from aws_cdk import App

from infra.settings import settings_for
from infra.stage import ReviewsStage

PROJECT = Path(__file__).resolve().parent.parent
_STACK = "aws:cloudformation:stack"
_MACHINE = "AWS::StepFunctions::StateMachine"


@dataclass(frozen=True, kw_only=True)
class Stack:
    """`id` is CDK's, `needs` are the ids of other stacks."""

    id: str
    name: str
    needs: tuple[str, ...]
    resources: Mapping[str, dict[str, Any]]


def synthesise(environment: str, folder: Path) -> Path:
    """The folder that has the environment's templates."""
    context = json.loads((PROJECT / "cdk.json").read_text())["context"]
    app = App(context=context, outdir=str(folder))
    (settings,) = settings_for(environment)
    ReviewsStage(app, settings=settings)
    return Path(app.synth().get_nested_assembly(f"assembly-{settings.name}").directory)


def read(folder: Path) -> list[Stack]:
    """The stacks, each after those that it depends on."""
    artifacts = json.loads((folder / "manifest.json").read_text())["artifacts"]
    stacks = {id_: found for id_, found in artifacts.items() if found["type"] == _STACK}
    return [
        Stack(
            id=id_,
            name=found["properties"]["stackName"],
            needs=tuple(need for need in found["dependencies"] if need in stacks),
            resources=json.loads((folder / found["properties"]["templateFile"]).read_text())[
                "Resources"
            ],
        )
        for id_, found in stacks.items()
    ]


def state_machine(stacks: list[Stack]) -> dict[str, Any]:
    """The definition of the pipeline, in which references are empty."""
    environment = stacks[0].name.rpartition("-")[0]
    (machine,) = [
        resource
        for stack in stacks
        for resource in stack.resources.values()
        if resource["Type"] == _MACHINE
        and resource["Properties"]["StateMachineName"] == environment
    ]
    _, parts = machine["Properties"]["DefinitionString"]["Fn::Join"]
    definition: dict[str, Any] = json.loads(
        "".join(part if isinstance(part, str) else "" for part in parts)
    )
    return definition
