"""Where a contributor has to look for other instances, a subcommand, and an operation."""

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
        before="@with_json_option\ndef stop(",
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
OPERATION = (
    Edit(
        file="packages/localcloud/src/localcloud/registry/group.py",
        before="def list_model_package_groups(",
        new="def get_model_package_group_policy(cloud: Cloud, request: Record) -> Record:\n"
        '    group = find_group(cloud, request["ModelPackageGroupName"])\n'
        '    return {"ResourcePolicy": group["ModelPackageGroupName"]}\n\n\n',
    ),
    Edit(
        file="packages/localcloud/src/localcloud/registry/operations.py",
        before='        "CreateModelPackage": ',
        new='        "GetModelPackageGroupPolicy": group.get_model_package_group_policy,\n',
    ),
)
WHERE_AN_OPERATION_IS = """
import json, tempfile
from pathlib import Path
from localcloud.composition import OPERATIONS, new_cloud
from localcloud.faults.calls import operations
from localcloud.http.wire import HttpRequest, respond
from localcloud.iam.call import Call
from localcloud.iam.permissions import required_actions

NAME = "GetModelPackageGroupPolicy"
GROUP = {"ModelPackageGroupName": "reviews"}
cloud = new_cloud("http://127.0.0.1:9", Path(tempfile.mkdtemp()))

def ask(operation, request):
    headers = {"x-amz-target": f"SageMaker.{operation}"}
    body = json.dumps(request).encode()
    return json.loads(respond(cloud, HttpRequest("POST", "/", headers, {}, body)).body)

ask("CreateModelPackageGroup", GROUP)
call = Call("sagemaker", NAME, GROUP, cloud.region, cloud.account, cloud.store.get)
print(json.dumps({
    "served": ask(NAME, GROUP),
    "checked": ask(NAME, {})["__type"],
    "authorized": [(one.action, one.resource) for one in required_actions(call)],
    "can be throttled": NAME in operations("sagemaker", OPERATIONS),
}))
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
    printed, help_ = run(changed_copy(tmp_path, *SUBCOMMAND), WHERE_A_SUBCOMMAND_IS)
    assert places(*SUBCOMMAND) == 2
    assert printed == "pong\n"
    assert "Say pong." in help_


def test_an_operation_of_the_embedded_aws_is_a_handler_and_a_row(tmp_path: Path) -> None:
    found = run(changed_copy(tmp_path, *OPERATION), WHERE_AN_OPERATION_IS)
    assert places(*OPERATION) == 2
    arn = "arn:aws:sagemaker:us-east-1:000000000000:model-package-group/reviews"
    assert found == {
        "served": {"ResourcePolicy": "reviews"},
        "checked": "ValidationException",
        "authorized": [["sagemaker:GetModelPackageGroupPolicy", arn]],
        "can be throttled": True,
    }
