"""The model, its registration, and the variant and data capture of its endpoint."""

from typing import Any

from sagemaker import vpc_utils
from sagemaker.model_metrics import MetricsSource, ModelMetrics
from sagemaker.model_monitor import DataCaptureConfig
from sagemaker.pytorch import PyTorchModel
from sagemaker.serverless import ServerlessInferenceConfig
from sagemaker.session import production_variant

from contract import s3_keys
from infra import images
from infra.jobs.options import WHEELS, packages, subnets
from infra.jobs.values import Values
from infra.settings import Endpoint, Settings

CONTENT_TYPES = ("application/jsonlines", "application/json", "text/csv")
# Each image reads the variables of its own contract, so all are set. inference.py is for the
# inference toolkit, wsgi_app for gunicorn in the scikit-learn image, ray_app for Ray Serve.
_ENTRY_POINTS = {
    "SAGEMAKER_PROGRAM": "inference.py",
    "SAGEMAKER_SUBMIT_DIRECTORY": "/opt/ml/model/code",
    "SAGEMAKER_SERVING_MODULE": "serving.wsgi_app:app",
    "SM_RAYSERVE_APP": "serving.ray_app:app",
}
# The toolkit of the scikit-learn image has code generated for protobuf 3.20. The newer protobuf
# that onnxruntime requires accepts such code in this mode only, in which Ray would be slow.
_OLD_PROTOBUF = {"PROTOCOL_BUFFERS_PYTHON_IMPLEMENTATION": "python"}


def model(
    settings: Settings,
    session: Any,
    values: Values,
    *,
    name: str,
    max_latency_ms: int | None = None,
) -> Any:
    """The model without entry point: the artefact contains code/, so the SDK does not repack it.

    `max_latency_ms` is that of the endpoint, unless it is given.
    """
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
            # A request may take half of it at most (ml_code/inference.py).
            "MAX_LATENCY_MS": str(max_latency_ms or settings.endpoint.max_latency_ms),
            **packages(settings, f"/opt/ml/model/code/{WHEELS}"),
        },
        enable_network_isolation=settings.network.isolated,
        vpc_config=vpc_utils.to_dict(*subnets(settings, values).values()),
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
    """The capture of a sample of requests and responses in S3."""
    return DataCaptureConfig(
        enable_capture=True,
        sampling_percentage=endpoint.capture_percent,
        destination_s3_uri=values.capture,
        kms_key_id=values.key,
        json_content_types=["application/json", "application/jsonlines"],
        sagemaker_session=session,
    )


def registration(settings: Settings, values: Values) -> dict[str, Any]:
    """The arguments of `model(...).register(...)`, which makes a version in the model group."""
    evaluated = MetricsSource(
        content_type="application/json", s3_uri=f"{values.run_prefix}/{s3_keys.EVALUATION_METRICS}"
    )
    return {
        "model_package_group_name": settings.name,
        "content_types": list(CONTENT_TYPES),
        "response_types": list(CONTENT_TYPES),
        "inference_instances": [settings.endpoint.instance_type],
        "model_metrics": ModelMetrics(model_statistics=evaluated),
        # Of the values that AWS names: neither is an enumeration in its model.
        "domain": "NATURAL_LANGUAGE_PROCESSING",
        "task": "CLASSIFICATION",
    }
