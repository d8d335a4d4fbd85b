"""The jobs of the pipeline, built with the SageMaker SDK: one definition, two uses.

With the offline session (a `PipelineSession`) the SDK compiles a job to the request that it would
send, without a call to AWS: infra/requests.py does that at synth. With the live one it runs it.

What only a deployment or an execution knows comes as `Values`. By default these are placeholders,
`{name}`: infra/requests.py fills `role`, `key` and `feature_group` at synth, the Lambda that starts
the job the others.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Any

import boto3
from sagemaker import vpc_utils
from sagemaker.debugger import (
    DebuggerHookConfig,
    ProfilerConfig,
    ProfilerRule,
    rule_configs,
)
from sagemaker.inputs import TrainingInput
from sagemaker.model_metrics import MetricsSource, ModelMetrics
from sagemaker.model_monitor import DataCaptureConfig
from sagemaker.network import NetworkConfig
from sagemaker.processing import (
    ProcessingInput,
    ProcessingOutput,
    ScriptProcessor,
)
from sagemaker.pytorch import PyTorch, PyTorchModel
from sagemaker.serverless import ServerlessInferenceConfig
from sagemaker.session import Session, production_variant
from sagemaker.sklearn.processing import SKLearnProcessor
from sagemaker.workflow.pipeline_context import PipelineSession

from contract.features import SPLITS
from contract.hyperparameters import OVERRIDABLE, PREPARATION, Hyperparameter
from infra import images
from infra.settings import Endpoint, Instances, Settings

# The SDK knows neither these images nor their versions, and SKLearnProcessor takes no image_uri: it
# is given a version that it knows, and then the image of the table.
_SKLEARN_OF_THE_SDK = "1.4-2"
METRICS = (
    "train:loss",
    "train:progress",
    "train:samples_per_second",
    "validation:loss",
    "validation:accuracy",
    "validation:macro_f1",
)
CONTENT_TYPES = ("application/jsonlines", "application/json", "text/csv")
_INPUT, _OUTPUT = "/opt/ml/processing/input", "/opt/ml/processing/output"
_CHANNELS = "/opt/ml/input/data"
_MESSAGE = "/opt/ml/output/message"  # becomes the job's ExitMessage
_CHECKPOINTS = "/opt/ml/checkpoints"
_WHEELS = "wheels"  # input, channel and folder of the packages of a closed network
# Each image reads those of its own contract, so that another image changes no line. inference.py is
# for the inference toolkit, wsgi_app for gunicorn of the scikit-learn image, ray_app for Ray.
_ENTRY_POINTS = {
    "SAGEMAKER_PROGRAM": "inference.py",
    "SAGEMAKER_SUBMIT_DIRECTORY": "/opt/ml/model/code",
    "SAGEMAKER_SERVING_MODULE": "serving.wsgi_app:app",
    "SM_RAYSERVE_APP": "serving.ray_app:app",
}
# The toolkit of the scikit-learn image has code generated for protobuf 3.20. onnxruntime brings a
# newer one, which takes such code in this mode alone; Ray would be slow in it.
_OLD_PROTOBUF = {"PROTOCOL_BUFFERS_PYTHON_IMPLEMENTATION": "python"}
_NO_TELEMETRY = {
    "SchemaVersion": "1.0",
    "SageMaker": {"PythonSDK": {"Modules": {"TelemetryOptOut": True}}},
}


@dataclass(frozen=True, kw_only=True)
class Values:
    """What a job needs beyond the settings of its environment. S3 places are whole URIs."""

    role: str = "role/{role}"  # the slash keeps the SDK from asking IAM for the role's ARN
    key: str = "{key}"
    feature_group: str = "{feature_group}"
    run_prefix: str = "s3://{run_prefix}"  # the SDK takes no place without a scheme
    code: str = "s3://{code}"
    reviews: str = "s3://{reviews}"
    features: str = "s3://{features}"
    model_data: str = "s3://{model_data}"
    capture: str = "s3://{capture}"
    wheels: str = "s3://{wheels}"
    subnets: Sequence[str] = ("{subnets}",)
    security_groups: Sequence[str] = ("{security_groups}",)
    base_model: str = "{base_model}"
    event_time: str = "{event_time}"
    text_column: str = "{text_column}"
    rating_column: str = "{rating_column}"
    title_column: str = "{title_column}"
    max_rejected_share: str = "{max_rejected_share}"
    hyperparameters: Mapping[str, str] = field(
        default_factory=lambda: {name: f"{{{name}}}" for name in OVERRIDABLE}
    )


@cache
def offline_session(region: str) -> Any:
    """A session that compiles and never calls AWS; its credentials are none."""
    boto_session = boto3.Session(
        region_name=region,
        aws_access_key_id="none",
        aws_secret_access_key="none",  # noqa: S106
    )
    return PipelineSession(boto_session, default_bucket="unused", sagemaker_config=_NO_TELEMETRY)


def live_session(region: str) -> Any:
    """A session that runs the same jobs for real, from a notebook."""
    return Session(boto3.Session(region_name=region), sagemaker_config=_NO_TELEMETRY)


def processor(settings: Settings, session: Any, values: Values) -> Any:
    """Turns reviews into features; `preparation` says how to run it."""
    made = SKLearnProcessor(
        framework_version=_SKLEARN_OF_THE_SDK,
        # Never isolated: it talks to the Feature Store.
        **_processing_options(
            settings, settings.processing_instances, session, values, isolated=False
        ),
    )
    made.image_uri = settings.image_of_processing().uri
    return made


def preparation(settings: Settings, values: Values) -> dict[str, Any]:
    """The arguments of `processor(...).run(...)` for ml_code/preprocess.py."""
    arguments = {
        "input-data": f"{_INPUT}/reviews",
        "output-data": _OUTPUT,
        "resource-config": "/opt/ml/config/resourceconfig.json",
        "message-file": _MESSAGE,
        "base-model": values.base_model,
        "text-column": values.text_column,
        "rating-column": values.rating_column,
        "title-column": values.title_column,
        "max-rejected-share": values.max_rejected_share,
        "train-share": settings.shares.train,
        "validation-share": settings.shares.validation,
        "test-share": settings.shares.test,
        **_hyperparameters(PREPARATION, values),
        "format": settings.features_format,
        "feature-group-name": values.feature_group,
        "event-time": values.event_time,
    }
    return {
        "code": f"{values.code}/source/preprocess.py",
        "inputs": [_read("reviews", values.reviews), *_modules(settings, values)],
        "outputs": [
            *(_write(name, f"{values.features}/{name}") for name in SPLITS),
            # Also of a job that fails: what the Feature Store refused is there.
            _write("report", f"{values.features}/report", mode="Continuous"),
        ],
        # One word each: an empty value, such as that of no title, would be lost on the way.
        "arguments": [
            *(f"--{name}={value}" for name, value in arguments.items()),
            *(f"--labels={word}" for word in settings.labels.words),
        ],
    }


def evaluator(settings: Settings, session: Any, values: Values) -> Any:
    """Judges a model, in the image of the training, which has torch; see `evaluation`."""
    return ScriptProcessor(
        image_uri=settings.image_of_evaluation().uri,
        command=["python3"],
        **_processing_options(
            settings,
            settings.evaluation_instances,
            session,
            values,
            isolated=settings.network.isolated,
        ),
    )


def evaluation(settings: Settings, values: Values) -> dict[str, Any]:
    """The arguments of `evaluator(...).run(...)` for ml_code/evaluate.py."""
    return {
        "code": f"{values.code}/source/evaluate.py",
        "inputs": [
            _read("model", values.model_data),
            _read("test", f"{values.features}/test"),
            *_modules(settings, values),
        ],
        "outputs": [_write("evaluation", f"{values.run_prefix}/evaluation")],
        "arguments": [
            f"--model={_INPUT}/model",
            f"--test-data={_INPUT}/test",
            f"--output-data={_OUTPUT}/evaluation",
            f"--message-file={_MESSAGE}",
        ],
    }


def estimator(settings: Settings, session: Any, values: Values) -> Any:
    """Fine-tunes the base model; `channels` are what to fit it to."""
    instances = settings.training_instances
    return PyTorch(
        entry_point="train.py",
        source_dir=f"{values.code}/sourcedir.tar.gz",
        image_uri=settings.image_of_training().uri,
        role=values.role,
        sagemaker_session=session,
        instance_type=instances.instance_type,
        instance_count=instances.instance_count,
        volume_size=instances.volume_gb,
        volume_kms_key=_volume_key(instances, values),
        max_run=instances.max_runtime_s,
        hyperparameters={
            "base-model": values.base_model,
            "labels": settings.labels.argument,
            **_hyperparameters(OVERRIDABLE, values),
            "checkpoint-dir": _CHECKPOINTS,
            "serving-python": settings.image_of_serving().python,
        },
        enable_sagemaker_metrics=True,  # which the SDK would set for a version that it knows
        metric_definitions=[{"Name": name, "Regex": f"{name}=([0-9.eE+-]+)"} for name in METRICS],
        output_path=f"{values.run_prefix}/training/",
        code_location=f"{values.run_prefix}/training",
        output_kms_key=values.key,
        checkpoint_s3_uri=f"{values.run_prefix}/checkpoints/",
        encrypt_inter_container_traffic=instances.instance_count > 1,
        # torchrun is for GPUs; CPU hosts find each other by SM_HOSTS (training/process_group.py).
        distribution={"torch_distributed": {"enabled": True}} if instances.has_gpu else None,
        environment=_packages(settings, f"{_CHANNELS}/{_WHEELS}") or None,
        enable_network_isolation=settings.network.isolated,
        **_subnets(settings, values),
        **_debugging(settings, values),
    )


def channels(settings: Settings, values: Values) -> dict[str, Any]:
    """What `estimator(...).fit(...)` reads."""
    places = {name: f"{values.features}/{name}" for name in ("train", "validation")}
    if settings.network.wheels:
        places[_WHEELS] = values.wheels
    return {name: TrainingInput(place) for name, place in places.items()}


def model(settings: Settings, session: Any, values: Values, *, name: str) -> Any:
    """No entry point: the artefact brings its code/, so the SDK need not repack it."""
    image = settings.image_of_serving()
    return PyTorchModel(
        name=name,
        model_data=values.model_data,
        role=values.role,
        image_uri=image.uri,
        sagemaker_session=session,
        code_location=values.run_prefix,
        env={
            **_ENTRY_POINTS,
            **(_OLD_PROTOBUF if image.contract == images.TOOLKIT else {}),
            # The largest request that is answered takes half of it (ml_code/inference.py).
            "MAX_LATENCY_MS": str(settings.endpoint.max_latency_ms),
            **_packages(settings, f"/opt/ml/model/code/{_WHEELS}"),
        },
        enable_network_isolation=settings.network.isolated,
        vpc_config=vpc_utils.to_dict(*_subnets(settings, values).values()),
    )


def variant(settings: Settings) -> Any:
    """The only production variant of the endpoint's configuration."""
    endpoint = settings.endpoint
    if endpoint.serverless_memory_mb:
        serverless = ServerlessInferenceConfig(
            memory_size_in_mb=endpoint.serverless_memory_mb,
            max_concurrency=endpoint.serverless_concurrency,
        )
        return production_variant(
            model_name="{model}", serverless_inference_config=serverless._to_request_dict()
        )
    return production_variant(
        model_name="{model}",
        instance_type=endpoint.instance_type,
        initial_instance_count=endpoint.instance_count,
        inference_ami_version=settings.image_of_serving().ami or None,
    )


def data_capture(endpoint: Endpoint, session: Any, values: Values) -> Any:
    """A sample of the requests and answers, in S3."""
    return DataCaptureConfig(
        enable_capture=True,
        sampling_percentage=endpoint.capture_percent,
        destination_s3_uri=values.capture,
        kms_key_id=values.key,
        json_content_types=["application/json", "application/jsonlines"],
        sagemaker_session=session,
    )


def registration(settings: Settings, values: Values) -> dict[str, Any]:
    """The arguments of `model(...).register(...)`: a version in the environment's group."""
    evaluated = MetricsSource(
        content_type="application/json", s3_uri=f"{values.run_prefix}/evaluation/evaluation.json"
    )
    return {
        "model_package_group_name": settings.name,
        "content_types": list(CONTENT_TYPES),
        "response_types": list(CONTENT_TYPES),
        "inference_instances": [settings.endpoint.instance_type],
        "model_metrics": ModelMetrics(model_statistics=evaluated),
        "domain": "NATURAL_LANGUAGE_PROCESSING",
        "task": "TEXT_CLASSIFICATION",
    }


def _processing_options(
    settings: Settings, instances: Instances, session: Any, values: Values, *, isolated: bool
) -> dict[str, Any]:
    network = NetworkConfig(enable_network_isolation=isolated, **_subnets(settings, values))
    return {
        "role": values.role,
        "sagemaker_session": session,
        "instance_type": instances.instance_type,
        "instance_count": instances.instance_count,
        "volume_size_in_gb": instances.volume_gb,
        "volume_kms_key": _volume_key(instances, values),
        "output_kms_key": values.key,
        "max_runtime_in_seconds": instances.max_runtime_s,
        "network_config": network if settings.network.vpc or isolated else None,
        "env": {
            "AWS_DEFAULT_REGION": session.boto_region_name,
            "PYTHONPATH": f"{_INPUT}/modules",
            **_packages(settings, f"{_INPUT}/{_WHEELS}"),
        },
    }


def _hyperparameters(table: Mapping[str, Hyperparameter], values: Values) -> dict[str, str]:
    """Argument → value, in the order of the table."""
    return {one.argument: values.hyperparameters[name] for name, one in table.items()}


def _subnets(settings: Settings, values: Values) -> dict[str, Any]:
    if not settings.network.vpc:
        return {"subnets": None, "security_group_ids": None}
    return {"subnets": list(values.subnets), "security_group_ids": list(values.security_groups)}


def _packages(settings: Settings, folder: str) -> dict[str, str]:
    """Variables by which pip, whoever calls it, takes packages from the folder alone."""
    return {"PIP_NO_INDEX": "1", "PIP_FIND_LINKS": folder} if settings.network.wheels else {}


def _modules(settings: Settings, values: Values) -> list[Any]:
    """What the script imports: the SDK brings the script alone."""
    modules = [_read("modules", f"{values.code}/source/")]
    if settings.network.wheels:
        modules.append(_read(_WHEELS, values.wheels))
    return modules


def _read(name: str, source: str) -> Any:
    return ProcessingInput(input_name=name, source=source, destination=f"{_INPUT}/{name}")


def _write(name: str, destination: str, *, mode: str = "EndOfJob") -> Any:
    return ProcessingOutput(
        output_name=name,
        source=f"{_OUTPUT}/{name}",
        destination=destination,
        s3_upload_mode=mode,
    )


def _volume_key(instances: Instances, values: Values) -> str | None:
    return None if instances.has_local_disk else values.key


def _debugging(settings: Settings, values: Values) -> dict[str, Any]:
    if not settings.debugger:
        return {"debugger_hook_config": False, "disable_profiler": True}
    return {
        "debugger_hook_config": DebuggerHookConfig(s3_output_path=f"{values.run_prefix}/debugger/"),
        "profiler_config": ProfilerConfig(
            s3_output_path=f"{values.run_prefix}/profiler/", system_monitor_interval_millis=1000
        ),
        "rules": [ProfilerRule.sagemaker(rule_configs.ProfilerReport())],
    }
