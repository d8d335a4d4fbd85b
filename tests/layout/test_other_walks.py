"""Where a contributor has to look for other instances, a subcommand, an operation and a metric."""

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
        before="        capacity=Capacity(spot=True),\n",
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
METRIC = (
    Edit(
        file="contract/metrics.py",
        before="METRICS = (",
        new='KAPPA = Metric("kappa", "Cohen\'s kappa")\n',
    ),
    Edit(
        file="contract/metrics.py",
        before="METRICS = (ACCURACY, MACRO_F1)",
        new="METRICS = (ACCURACY, MACRO_F1, KAPPA)",
        replaces=True,
    ),
    Edit(
        file="ml_code/common/metrics.py",
        before="from contract.metrics import ACCURACY, ",
        new="from contract.metrics import ACCURACY, KAPPA, ",
        replaces=True,
    ),
    Edit(
        file="ml_code/common/metrics.py",
        before="_COMPUTED: ",
        new="def kappa(matrix: ConfusionMatrix) -> float:\n"
        '    """The agreement beyond that by chance, from -1 to 1."""\n'
        "    shares = matrix / matrix.sum()\n"
        "    chance = float(shares.sum(axis=0) @ shares.sum(axis=1))\n"
        "    return (accuracy(matrix) - chance) / (1 - chance)\n\n\n",
    ),
    Edit(
        file="ml_code/common/metrics.py",
        before="    MACRO_F1: macro_f1,\n",
        new="    KAPPA: kappa,\n",
    ),
)
WHERE_A_METRIC_IS = """
import io, json
import numpy as np
from rich.console import Console
from evaluating.evaluation_page import render
from evaluating.report import classification_report
from infra import requests
from infra.settings import settings_for
from reviews.cli import run_views
from reviews.client.promotion import versions
from reviews.client.runs.comparison import metrics
from reviews.client.runs.job_logs import LiveValues
from reviews.console.curves import Curves
from training.validation import Validation

matrix = np.array([[40, 10], [10, 40]])
result = classification_report(matrix, ["bad", "good"], seed=1)
chance = {"mean": 0, "percentile_95": 0}
calibration = {"bins": [], "expected_calibration_error": 0, "error_by_chance": chance}
page = {"reliability": calibration, "reliability_before_scaling": calibration,
        "temperature": 1, "worst_mistakes": [], "engine": "onnx"}
line = Validation(loss=0.5, matrix=matrix).log_line(epoch=1, best=0.5)
curves = Curves()
curves.read_line(line)
console = Console(file=io.StringIO(), width=300)
run_views.evaluation(console, result)
earlier = {name: value for name, value in result.items() if name != "kappa"}
run_views.evaluation(console, earlier)
(dev,) = settings_for("dev")
defined = requests.training(dev)["AlgorithmSpecification"]["MetricDefinitions"]
class Registry:
    def describe_model_package(self, **_):
        return {"CreationTime": None, "CustomerMetadataProperties": {"kappa": "0.6"}}

version = versions.describe(Registry(), {"ModelPackageArn": "a", "ModelPackageVersion": 1})
print(json.dumps({
    "evaluation.json": result["kappa"],
    "page": render({**result, **page}),
    "reviews report": console.file.getvalue(),
    "comparison": metrics(result)["kappa"],
    "registry": version.metrics,
    "training": [one["Name"] for one in defined],
    "printed": line,
    "curve": curves.in_order()["validation:kappa"],
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


def test_a_metric_is_its_name_and_its_computation(tmp_path: Path) -> None:
    found = run(changed_copy(tmp_path, *METRIC), WHERE_A_METRIC_IS)
    assert places(*METRIC) == 2
    assert found["evaluation.json"] == found["comparison"] == 0.6
    assert "Cohen&#x27;s kappa <b>0.600</b>" in found["page"]
    assert found["reviews report"].count("Cohen's kappa 0.600") == 1
    assert found["registry"] == {"kappa": 0.6}
    assert "validation:kappa" in found["training"]
    assert "validation:kappa=0.6000 epoch=1" in found["printed"]
    assert found["curve"] == [[0, 0.6]]
