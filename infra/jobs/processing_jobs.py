"""What the processing jobs share: folders, inputs, outputs, options."""

from typing import Any

from sagemaker.network import NetworkConfig
from sagemaker.processing import ProcessingInput, ProcessingOutput

from contract import s3_keys
from infra.jobs.options import WHEELS, packages, subnets, tags, volume_key
from infra.jobs.values import Values
from infra.settings import Instances, Settings

INPUT, OUTPUT = "/opt/ml/processing/input", "/opt/ml/processing/output"
MESSAGE = "/opt/ml/output/message"  # becomes the job's ExitMessage


def processing_options(
    settings: Settings, instances: Instances, session: Any, values: Values, *, isolated: bool
) -> dict[str, Any]:
    network = NetworkConfig(enable_network_isolation=isolated, **subnets(settings, values))
    return {
        "role": values.role,
        "sagemaker_session": session,
        "instance_type": instances.instance_type,
        "instance_count": instances.instance_count,
        "volume_size_in_gb": instances.volume_gb,
        "volume_kms_key": volume_key(instances, values),
        "output_kms_key": values.key,
        "max_runtime_in_seconds": instances.max_runtime_s,
        "tags": tags(settings),
        "network_config": network if settings.network.vpc or isolated else None,
        "env": {
            "AWS_DEFAULT_REGION": session.boto_region_name,
            "PYTHONPATH": f"{INPUT}/modules",
            **packages(settings, f"{INPUT}/{WHEELS}"),
        },
    }


def modules(settings: Settings, values: Values) -> list[Any]:
    """The inputs with the modules that the script imports; the SDK adds the script only."""
    modules = [read("modules", f"{values.code}/{s3_keys.SOURCE}/")]
    if settings.network.wheels:
        modules.append(read(WHEELS, values.wheels))
    return modules


def read(name: str, source: str) -> Any:
    return ProcessingInput(input_name=name, source=source, destination=f"{INPUT}/{name}")


def write(name: str, destination: str, *, mode: str = "EndOfJob") -> Any:
    return ProcessingOutput(
        output_name=name,
        source=f"{OUTPUT}/{name}",
        destination=destination,
        s3_upload_mode=mode,
    )
