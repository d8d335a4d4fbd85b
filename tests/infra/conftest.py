"""All environments, synthesised once with cdk-nag looking on."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest
from aws_cdk import App, Validations
from cdk_nag import AwsSolutionsChecks

from infra.settings import Settings, settings_for
from infra.stage import ReviewsStage

ROOT = Path(__file__).parents[2]
Template = dict[str, Any]


class Synthesised:
    """The templates of one synthesis, by environment and stack."""

    def __init__(self, folder: Path, environments: Sequence[Settings]) -> None:
        self.folder = folder
        context = json.loads((ROOT / "cdk.json").read_text())["context"]
        app = App(context=context, outdir=str(folder))
        # Each finding that is not acknowledged with a reason makes the synthesis fail.
        Validations.of(app).add_plugins(AwsSolutionsChecks(app))
        for settings in environments:
            ReviewsStage(app, settings=settings)
        assembly = app.synth()
        self.files: list[Path] = []
        self._templates: dict[tuple[str, str], Template] = {}
        for environment in (settings.environment for settings in environments):
            for stack in assembly.get_nested_assembly(f"assembly-reviews-{environment}").stacks:
                kind = stack.stack_name.rpartition("-")[2]
                self.files.append(Path(stack.template_full_path))
                self._templates[environment, kind] = json.loads(self.files[-1].read_text())

    def template(self, environment: str, stack: str) -> Template:
        return self._templates[environment, stack]

    def resources(self, environment: str, stack: str, kind: str) -> Mapping[str, Template]:
        found = self.template(environment, stack)["Resources"]
        return {name: item for name, item in found.items() if item["Type"] == kind}

    def definition(self, environment: str) -> Template:
        """The state machine, with every reference as <name>."""
        (machine,) = self.resources(
            environment, "Pipeline", "AWS::StepFunctions::StateMachine"
        ).values()
        parsed: Template = json.loads(plain(machine["Properties"]["DefinitionString"]))
        return parsed


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
    return Synthesised(tmp_path_factory.mktemp("cdk"), settings_for())
