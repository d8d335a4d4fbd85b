"""Where a contributor has to look for other instances, another region, and a subcommand."""

from pathlib import Path

from tests.layout.walks import Edit, changed_copy, places, run

INSTANCES_AND_REGION = (
    Edit(
        file="infra/settings/environments.py",
        before='training_instances=Instances(instance_type="ml.c7i.4xlarge")',
        new='training_instances=Instances(instance_type="ml.g6.2xlarge")',
        replaces=True,
    ),
    Edit(
        file="infra/settings/environments.py",
        before='        base_model="roberta-base",\n',
        new='        region="eu-west-1",\n',
    ),
)
WHERE_INSTANCES_ARE = """
import json
from infra import requests
from infra.settings import settings_for

(dev,) = settings_for("dev")
training = requests.training(dev)
print(json.dumps({
    "instance": training["ResourceConfig"]["InstanceType"],
    "disk": training["ResourceConfig"].get("VolumeKmsKeyId"),
    "image": training["AlgorithmSpecification"]["TrainingImage"],
    "processing": requests.processing(dev)["AppSpecification"]["ImageUri"],
}))
"""
SUBCOMMAND = (
    Edit(
        file="reviews/cli/endpoint_commands.py",
        before="@answers\ndef stop(",
        new='def ping() -> None:\n    """Say pong."""\n    print("pong")\n\n\n',
    ),
    Edit(
        file="reviews/cli/main.py",
        before='        "runs": result_commands.runs,\n',
        new='        "ping": endpoint_commands.ping,\n',
    ),
)
WHERE_A_SUBCOMMAND_IS = """
import json
from typer.testing import CliRunner
from reviews.cli.main import app

done = [CliRunner().invoke(app, words).stdout for words in (["ping"], ["--help"])]
print(json.dumps(done))
"""


def test_other_instances_and_another_region_are_edited_in_the_settings_alone(
    tmp_path: Path,
) -> None:
    found = run(changed_copy(tmp_path, *INSTANCES_AND_REGION), WHERE_INSTANCES_ARE)
    assert places(*INSTANCES_AND_REGION) == 1
    # A GPU, so another image; and a disk of its own, which takes no key.
    assert (found["instance"], found["disk"]) == ("ml.g6.2xlarge", None)
    assert ".eu-west-1." in found["image"]
    assert "-cu" in found["image"]
    assert ".eu-west-1." in found["processing"]


def test_a_subcommand_is_a_function_and_a_row(tmp_path: Path) -> None:
    said, help_ = run(changed_copy(tmp_path, *SUBCOMMAND), WHERE_A_SUBCOMMAND_IS)
    assert places(*SUBCOMMAND) == 2
    assert said == "pong\n"
    assert "Say pong." in help_
