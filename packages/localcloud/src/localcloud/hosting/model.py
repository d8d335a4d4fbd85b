"""Operations on models and endpoint configurations.

Refused, not ignored: multi-model mode, uncompressed artefacts, further specifications of a package,
provisioned concurrency, shadow variants, explainers, components.
"""

from typing import Any

from botocore.exceptions import ClientError

from localcloud.core import records
from localcloud.core.cloud import Cloud
from localcloud.core.errors import ValidationException
from localcloud.core.records import Record
from localcloud.core.s3 import Location, TransferError
from localcloud.hosting import async_config, capture, deployment
from localcloud.hosting.model_containers import containers, resolve
from localcloud.iam.role import Role, check_role

MODEL = "model"
CONFIG = "endpoint-config"
_CONFIG = ("ExplainerConfig", "ShadowProductionVariants")
_VARIANT = (
    "ManagedInstanceScaling",
    "RoutingConfig",
    "AcceleratorType",
    "InstancePools",
    "CoreDumpConfig",
)

_SERVERLESS_MEMORY = (1024, 2048, 3072, 4096, 5120, 6144)


def find_model(cloud: Cloud, name: str) -> Record:
    """The record of a model. Raises ValidationException."""
    arn = records.arn(cloud, "model", name)
    return records.find(cloud, MODEL, name, f'Could not find model "{arn}".')


def find_config(cloud: Cloud, name: str) -> Record:
    """The record of an endpoint configuration. Raises ValidationException."""
    arn = records.arn(cloud, "endpoint-config", name)
    return records.find(cloud, CONFIG, name, f'Could not find endpoint configuration "{arn}".')


def create_model(cloud: Cloud, request: Record) -> Record:
    name = request["ModelName"]
    arn = records.arn(cloud, "model", name)
    resolved = resolve(cloud, request)
    if "ExecutionRoleArn" not in request:
        raise ValidationException("ExecutionRoleArn is required to create a model")
    check_role(cloud, request["ExecutionRoleArn"])
    for container in containers(resolved).values():
        if "ModelDataUrl" in container:
            _check_artefact(cloud, container["ModelDataUrl"], request["ExecutionRoleArn"])
    record = {key: value for key, value in request.items() if key != "Containers"}
    record |= {
        "EnableNetworkIsolation": request.get("EnableNetworkIsolation", False),
        **resolved,
        "ModelArn": arn,
    }
    taken = ValidationException(f'Cannot create already existing model "{arn}".')
    records.create(cloud, MODEL, name, record, taken)
    return {"ModelArn": arn}


def _check_artefact(cloud: Cloud, url: str, role: str) -> None:
    """Looks for the artefact with the execution role, as SageMaker does."""
    try:
        location = Location.parse(url)
        s3 = Role.assume(cloud, role, "SageMaker").client("s3")
        s3.head_object(Bucket=location.bucket, Key=location.key)
    except (TransferError, ClientError) as error:
        if isinstance(error, ClientError) and error.response["Error"]["Code"] == "403":
            raise ValidationException(
                f'Could not access model data at {url}. Please ensure that the role "{role}" '
                'exists and that its trust relationship policy allows the action "sts:AssumeRole" '
                'for the service principal "sagemaker.amazonaws.com". Also ensure that the role '
                'has "s3:GetObject" permissions and that the object is located in '
                f"{cloud.region}."
            ) from error
        raise ValidationException(f"Could not find model data at {url}.") from error


def describe_model(cloud: Cloud, request: Record) -> Record:
    return find_model(cloud, request["ModelName"])


def list_models(cloud: Cloud, request: Record) -> Record:
    found = records.select(
        cloud.store.list(MODEL),
        request,
        name="ModelName",
        summary=records.picker("ModelName", "ModelArn", "CreationTime"),
    )
    return {"Models": found}


def delete_model(cloud: Cloud, request: Record) -> Record:
    find_model(cloud, request["ModelName"])
    cloud.store.delete(MODEL, request["ModelName"])
    return {}


def create_endpoint_config(cloud: Cloud, request: Record) -> Record:
    name = request["EndpointConfigName"]
    arn = records.arn(cloud, "endpoint-config", name)
    records.refuse(request, _CONFIG)
    for variant in request["ProductionVariants"]:
        _check_variant(cloud, variant)
    _check_capture(request)
    async_config.check(request)
    record = _complete(request) | {"EndpointConfigArn": arn}
    taken = ValidationException(f'Cannot create already existing endpoint configuration "{arn}".')
    records.create(cloud, CONFIG, name, record, taken)
    return {"EndpointConfigArn": arn}


def _complete(request: Record) -> Record:
    """The request with the defaults that Describe shows and the API reference names."""
    weight = {"InitialVariantWeight": deployment.DEFAULT_WEIGHT}
    complete = {**request, **records.each(request, "ProductionVariants", weight)}
    if "DataCaptureConfig" in request:
        complete["DataCaptureConfig"] = {"EnableCapture": True, **request["DataCaptureConfig"]}
    return complete


def _check_variant(cloud: Cloud, variant: dict[str, Any]) -> None:
    records.refuse(variant, _VARIANT)
    _check_serverless(variant.get("ServerlessConfig"))
    if "ModelName" not in variant or ("InstanceType" in variant) == ("ServerlessConfig" in variant):
        raise ValidationException(
            f"Variant {variant['VariantName']!r} needs ModelName and either InstanceType or "
            "ServerlessConfig in localcloud"
        )
    find_model(cloud, variant["ModelName"])


def _check_serverless(config: Record | None) -> None:
    if config is None:
        return
    records.refuse(config, ["ProvisionedConcurrency"])
    if config["MemorySizeInMB"] not in _SERVERLESS_MEMORY:
        allowed = ", ".join(map(str, _SERVERLESS_MEMORY))
        raise ValidationException(
            f"MemorySizeInMB must be one of {allowed}; it is {config['MemorySizeInMB']}"
        )


def _check_capture(request: Record) -> None:
    config = request.get("DataCaptureConfig")
    if config is None:
        return
    capture.check(config)
    if any("ServerlessConfig" in variant for variant in request["ProductionVariants"]):
        raise ValidationException("DataCaptureConfig is not supported for serverless endpoints.")


def describe_endpoint_config(cloud: Cloud, request: Record) -> Record:
    return find_config(cloud, request["EndpointConfigName"])


def list_endpoint_configs(cloud: Cloud, request: Record) -> Record:
    found = records.select(
        cloud.store.list(CONFIG),
        request,
        name="EndpointConfigName",
        summary=records.picker("EndpointConfigName", "EndpointConfigArn", "CreationTime"),
    )
    return {"EndpointConfigs": found}


def delete_endpoint_config(cloud: Cloud, request: Record) -> Record:
    find_config(cloud, request["EndpointConfigName"])
    cloud.store.delete(CONFIG, request["EndpointConfigName"])
    return {}
