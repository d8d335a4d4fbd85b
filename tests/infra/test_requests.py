"""The compiled requests are valid by botocore's model of SageMaker."""

import re
from dataclasses import replace
from typing import Any

import botocore.session
import pytest
from sagemaker import utils

from infra import jobs, requests
from infra.settings import ENVIRONMENTS, Endpoint, Instances, Settings, settings_for
from localcloud.http.constraints import check
from shared.run import fill
from tests.lambdas.runs import run

EVERY = pytest.mark.parametrize("environment", ENVIRONMENTS)
RUN = run(
    training={
        "epochs": 3,
        "batch_size": 32,
        "accumulation_steps": 1,
        "learning_rate": 2e-5,
        "star_spread": 0.7,
        "patience": 0,
        "max_length": 192,
        "seed": 42,
    }
)
AT_SYNTH = {
    "role": "arn:aws:iam::123456789012:role/some-role",
    "key": "arn:aws:kms:us-east-1:123456789012:key/0",
    "feature_group": "reviews-dev",
    "capture": "s3://artefacts/capture",
}
AT_RUN_TIME = {
    "job": "reviews-dev-train-run-1",
    "model": "reviews-dev-model-run-1",
    "endpoint_config": "reviews-dev-config-run-1",
    "model_data": "s3://artefacts/runs/run-1/training/model.tar.gz",
}
OPERATIONS = {
    requests.model_package: "CreateModelPackage",
    requests.processing: "CreateProcessingJob",
    requests.evaluation: "CreateProcessingJob",
    requests.training: "CreateTrainingJob",
    requests.model: "CreateModel",
    requests.endpoint_config: "CreateEndpointConfig",
}


def filled(compile_request: Any, environment: str, **changes: Any) -> dict[str, Any]:
    (settings,) = settings_for(environment)
    settings = replace(settings, **changes)
    request = requests.fill(compile_request(settings), **AT_SYNTH)
    complete: dict[str, Any] = fill(request, RUN, **AT_RUN_TIME)
    return complete


@EVERY
@pytest.mark.parametrize("compile_request", OPERATIONS, ids=lambda found: found.__name__)
def test_sagemaker_takes_the_request(compile_request: Any, environment: str) -> None:
    check_request(compile_request, filled(compile_request, environment))


@pytest.mark.parametrize("compile_request", OPERATIONS)
def test_no_look_up_of_the_sdk_validates_our_configuration(
    compile_request: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It takes a tenth of a second each time, and there are dozens in each environment."""
    (settings,) = settings_for("dev")
    jobs.offline_session(settings.region)  # validates it once
    looked_up: list[Any] = []
    monkeypatch.setattr(utils, "validate_sagemaker_config", looked_up.append)
    compile_request(settings)
    assert looked_up == []


@pytest.mark.parametrize("hosts", [1, 2])
@pytest.mark.parametrize("instance_type", ["ml.g4dn.xlarge", "ml.g5.xlarge", "ml.g6.2xlarge"])
def test_training_on_gpus_runs_a_process_for_each(instance_type: str, hosts: int) -> None:
    instances = Instances(instance_type=instance_type, instance_count=hosts)
    request = filled(requests.training, "dev", training_instances=instances)
    check_request(requests.training, request)
    image = request["AlgorithmSpecification"]["TrainingImage"]
    assert image.endswith("/pytorch:2.13-cu133-amzn2023-sagemaker")
    assert request["HyperParameters"]["sagemaker_torch_distributed_enabled"] == "true"
    assert "VolumeKmsKeyId" not in request["ResourceConfig"]
    assert request.get("EnableInterContainerTrafficEncryption", False) == (hosts > 1)


def test_an_endpoint_on_gpus_has_an_image_and_hosts_with_a_driver_for_it() -> None:
    endpoint = Endpoint(instance_type="ml.g5.xlarge")
    model = filled(requests.model, "dev", endpoint=endpoint)
    assert model["PrimaryContainer"]["Image"].endswith("/ray:serve-ml-sagemaker-cuda")
    config = filled(requests.endpoint_config, "dev", endpoint=endpoint)
    check_request(requests.endpoint_config, config)
    (variant,) = config["ProductionVariants"]
    assert variant["InferenceAmiVersion"] == "al2-ami-sagemaker-inference-gpu-3-1"


@EVERY
def test_the_domain_and_the_task_of_a_version_are_values_that_aws_names(environment: str) -> None:
    """In botocore's model both are texts, whose values only the documentation of the same fields of
    another request has."""
    request = filled(requests.model_package, environment)
    model = botocore.session.get_session().get_service_model("sagemaker")
    documented = model.shape_for("RecommendationJobContainerConfig").members
    for name in ("Domain", "Task"):
        (_, values) = documented[name].documentation.split("Valid Values:")
        assert request[name] in re.findall(r"[A-Z_]+", values)


def check_request(compile_request: Any, request: dict[str, Any]) -> None:
    model = botocore.session.get_session().get_service_model("sagemaker")
    shape = model.operation_model(OPERATIONS[compile_request]).input_shape
    check(request, shape)  # types, and what botocore does not check: lengths, patterns, values
    assert not re.search(r"\{\w+\}", str(request)), "a placeholder is left"


def test_the_model_names_the_entry_point_of_every_contract() -> None:
    (dev,) = settings_for("dev")
    on_gpu = replace(dev, endpoint=Endpoint(instance_type="ml.g5.xlarge"))
    cpu, gpu = (
        requests.model(settings)["PrimaryContainer"]["Environment"] for settings in (dev, on_gpu)
    )
    for variables in (cpu, gpu):
        assert variables["SAGEMAKER_PROGRAM"] == "inference.py"
        assert variables["SAGEMAKER_SERVING_MODULE"] == "serving.wsgi_app:app"
        assert variables["SM_RAYSERVE_APP"] == "serving.ray_app:app"
        assert variables["MAX_LATENCY_MS"] == str(dev.endpoint.max_latency_ms)
    # Only for the toolkit of the scikit-learn image: Ray would be slow.
    assert cpu["PROTOCOL_BUFFERS_PYTHON_IMPLEMENTATION"] == "python"
    assert "PROTOCOL_BUFFERS_PYTHON_IMPLEMENTATION" not in gpu


def test_the_training_takes_wheels_for_the_python_of_the_endpoint() -> None:
    (dev,) = settings_for("dev")
    on_gpu = replace(dev, endpoint=Endpoint(instance_type="ml.g5.xlarge"))
    for settings in (dev, on_gpu):
        said = requests.training(settings)["HyperParameters"]["serving-python"]
        assert said.strip('"') == settings.image_of_serving().python


def test_the_preparation_gets_all_values_as_arguments() -> None:
    arguments = filled(requests.processing, "dev")["AppSpecification"]["ContainerArguments"]
    assert arguments == [
        "--input-data=/opt/ml/processing/input/reviews",
        "--output-data=/opt/ml/processing/output",
        "--resource-config=/opt/ml/config/resourceconfig.json",
        "--message-file=/opt/ml/output/message",
        "--base-model=roberta-base",
        "--text-column=Review Text",
        "--rating-column=Rating",
        "--title-column=",
        "--max-rejected-share=0.1",
        "--train-share=0.8",
        "--validation-share=0.1",
        "--test-share=0.1",
        "--max-length=192",
        "--seed=42",
        "--format=csv",
        "--feature-group-name=reviews-dev",
        "--event-time=2026-01-31T12:00:00.000Z",
        "--labels=negative:-1=1,2",
        "--labels=neutral:0=3",
        "--labels=positive:1=4,5",
    ]


def test_the_scripts_take_the_arguments_that_they_get() -> None:
    import evaluate
    import preprocess
    import train

    for script, request in (
        (preprocess, filled(requests.processing, "dev")),
        (evaluate, filled(requests.evaluation, "dev")),
    ):
        settings = script.parse_arguments(request["AppSpecification"]["ContainerArguments"])
        assert script is evaluate or settings.labels == train.BY_STARS
    hyperparameters = filled(requests.training, "dev")["HyperParameters"]
    arguments = [
        f"--{name}={value.strip(chr(34))}"
        for name, value in hyperparameters.items()
        if not name.startswith("sagemaker_")
    ]
    places = {"SM_MODEL_DIR": "m", "SM_CHANNEL_TRAIN": "t", "SM_CHANNEL_VALIDATION": "v"}
    parsed = train.parse_arguments(arguments, places)
    assert parsed.learning_rate == 2e-5
    assert parsed.star_spread == 0.7
    assert parsed.base_model == "roberta-base"
    assert parsed.labels == train.BY_STARS  # what the script does when it is told nothing


def test_a_script_finds_its_modules() -> None:
    request = filled(requests.processing, "dev")
    places = {item["InputName"]: item["S3Input"] for item in request["ProcessingInputs"]}
    assert places["code"]["S3Uri"] == "s3://artefacts/code/abc/source/preprocess.py"
    assert places["modules"]["S3Uri"] == "s3://artefacts/code/abc/source/"
    assert request["Environment"]["PYTHONPATH"] == places["modules"]["LocalPath"]


def test_metric_expressions_read_what_training_prints() -> None:
    definitions = filled(requests.training, "dev")["AlgorithmSpecification"]["MetricDefinitions"]
    line = (
        "train:loss=0.5321 train:progress=0.1100 train:samples_per_second=35.2 epoch=1 step=20/180 "
        "validation:loss=1.5e-05 validation:accuracy=0.5 validation:best_macro_f1=0.3 "
        "validation:macro_f1=0.25"
    )
    found = {item["Name"]: float(re.findall(item["Regex"], line)[0]) for item in definitions}
    assert found == {
        "train:loss": 0.5321,
        "train:progress": 0.11,
        "train:samples_per_second": 35.2,
        "validation:loss": 1.5e-05,
        "validation:accuracy": 0.5,
        "validation:macro_f1": 0.25,
        "validation:best_macro_f1": 0.3,
    }


def test_a_training_by_spot_waits_for_instances_and_keeps_checkpoints() -> None:
    """MaxWaitTimeInSeconds is the time for the instances and the job; SageMaker refuses less than
    MaxRuntimeInSeconds."""
    request = filled(requests.training, "dev")
    assert request["EnableManagedSpotTraining"] is True
    limits = request["StoppingCondition"]
    assert limits == {"MaxRuntimeInSeconds": 86_400, "MaxWaitTimeInSeconds": 90_000}
    assert request["CheckpointConfig"]["S3Uri"] == "s3://artefacts/runs/run-1/checkpoints/"
    for environment in ("local", "staging", "prod"):
        others = filled(requests.training, environment)
        assert not others.get("EnableManagedSpotTraining")
        assert "MaxWaitTimeInSeconds" not in others["StoppingCondition"]


def test_only_local_runs_the_debugger() -> None:
    for environment in ENVIRONMENTS:
        request = filled(requests.training, environment)
        debugged = "ProfilerRuleConfigurations" in request
        assert debugged == (environment == "local")
        assert ("DebugHookConfig" in request) == debugged


def test_several_hosts_encrypt_their_traffic() -> None:
    assert filled(requests.training, "prod")["EnableInterContainerTrafficEncryption"] is True
    assert "EnableInterContainerTrafficEncryption" not in filled(requests.training, "dev")


def test_an_update_retains_the_instance_count_of_the_scaling_and_excludes_nothing() -> None:
    """DataCaptureConfig is the only candidate, and the API reference says "Not currently
    supported" of it."""
    model = botocore.session.get_session().get_service_model("sagemaker")
    shape = model.operation_model("UpdateEndpoint").input_shape
    for environment in ENVIRONMENTS:
        (settings,) = settings_for(environment)
        how = requests.update(settings, ["errors", "latency"])
        request = {"EndpointName": "reviews", "EndpointConfigName": "new", **how}
        check(request, shape)
        assert how.get("RetainAllVariantProperties", False) == (environment != "dev")
        assert "ExcludeRetainedVariantProperties" not in how


def test_a_share_of_the_traffic_goes_first_where_instances_can_share_it() -> None:
    (alone,), (several,) = settings_for("dev"), settings_for("prod")

    def routing(settings: Settings) -> dict[str, Any]:
        policy = requests.update(settings, [])["DeploymentConfig"]["BlueGreenUpdatePolicy"]
        found: dict[str, Any] = policy["TrafficRoutingConfiguration"]
        return found

    assert routing(alone)["Type"] == "ALL_AT_ONCE"
    # A tenth of two instances would be none.
    assert routing(several)["CanarySize"] == {"Type": "CAPACITY_PERCENT", "Value": 50}
