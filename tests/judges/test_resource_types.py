"""What CloudFormation's own schemas of the resource types, which cfn-lint brings along, say of the
templates: in which regions a type exists, and which tags cannot be changed in place."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from cfnlint.schema import PROVIDER_SCHEMA_MANAGER

from contract.names import ENVIRONMENT_TAG
from infra.regions import REGIONS, WITHOUT_BUDGETS
from tests.infra import variants
from tests.infra.conftest import Synthesised
from tests.infra.synthesis import folder_of_the_run

# Together they have every kind of resource.
_NAMES = ("everything", "guarded", "new-vpc")
_BUDGET = "AWS::Budgets::Budget"


@pytest.fixture(scope="module")
def stacks(tmp_path_factory: pytest.TempPathFactory) -> Synthesised:
    root = folder_of_the_run(tmp_path_factory)
    return Synthesised({name: variants.synthesised(name, root) for name in _NAMES})


def resources(stacks: Synthesised) -> Iterator[tuple[str, dict[str, Any]]]:
    """Name and resource, without those that a function makes."""
    for template in stacks._templates.values():
        for name, resource in template["Resources"].items():
            if not resource["Type"].startswith("Custom::"):
                yield name, resource


@pytest.mark.parametrize("region", REGIONS)
def test_a_region_has_every_resource_type(stacks: Synthesised, region: str) -> None:
    used = {resource["Type"] for _, resource in resources(stacks)}
    assert _BUDGET in used
    missing = used.difference(PROVIDER_SCHEMA_MANAGER.get_resource_types(region))
    assert missing == ({_BUDGET} if region in WITHOUT_BUDGETS else set())


def test_tags_that_cannot_be_changed_are_those_that_do_not_change(stacks: Synthesised) -> None:
    """The tag of the environment is its name; the others stand in feature_group_tags."""
    found = set()
    for name, resource in resources(stacks):
        if not is_tagged_once(resource["Type"]):
            continue
        tags = {tag["Key"] for tag in resource["Properties"].get("Tags", [])}
        assert tags - {"team"} == {ENVIRONMENT_TAG}, name
        found.add(resource["Type"])
    assert found == {"AWS::SageMaker::FeatureGroup"}


def is_tagged_once(kind: str) -> bool:
    schema = PROVIDER_SCHEMA_MANAGER.get_resource_schema("us-east-1", kind).schema
    tagging = schema.get("tagging", {})
    is_taggable = tagging.get("taggable", "Tags" in schema["properties"])
    return is_taggable and not tagging.get("tagUpdatable", True)


def test_a_stack_of_such_a_resource_has_no_other_tags_either(stacks: Synthesised) -> None:
    """CloudFormation gives those of a stack to its resources."""
    for name in _NAMES:
        settings = variants.VARIANTS[name]
        manifest = json.loads((stacks.folders[name] / "manifest.json").read_text())
        tags = {
            found["properties"]["stackName"]: found["properties"].get("tags", {})
            for found in manifest["artifacts"].values()
            if found["type"] == "aws:cloudformation:stack"
        }
        assert tags[f"{settings.name}-Features"] == {ENVIRONMENT_TAG: settings.name}
        assert settings.organisation.tags.items() <= tags[f"{settings.name}-Pipeline"].items()


def test_what_a_feature_group_has_is_for_good() -> None:
    """A change of the key, of the role or of where the rows are would replace the group."""
    kind = "AWS::SageMaker::FeatureGroup"
    schema = PROVIDER_SCHEMA_MANAGER.get_resource_schema("us-east-1", kind).schema
    assert {
        f"/properties/{name}"
        for name in ("RoleArn", "OnlineStoreConfig/SecurityConfig", "OfflineStoreConfig")
    } <= set(schema["createOnlyProperties"])
