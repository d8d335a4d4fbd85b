"""What SageMaker puts into a training container: command, configuration files, environment.

Not emulated: host names. `SM_HOSTS` holds 127.0.0.1, 127.0.0.2, … instead of algo-1, algo-2, …,
because they must resolve (macOS needs an alias on lo0 for the second and further hosts).
"""

import platform
import socket
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from localcloud.jobs import warm_pools
from localcloud.jobs.images import PYTORCH, PYTORCH_TRAINING, repository
from localcloud.jobs.instance import Instance
from localcloud.jobs.outcome import JobError

# Run, and not imported: it loads the toolkit of the container.
_PROGRAM = Path(__file__).resolve().with_name("training_entry_point.py")
_FRAMEWORK = dict.fromkeys((PYTORCH, PYTORCH_TRAINING), "sagemaker_pytorch_container.training:main")
_LOOPBACK = "lo0" if platform.system() == "Darwin" else "lo"
_GROUP = "homogeneousCluster"


def hosts(count: int) -> list[str]:
    """Loopback addresses, one for each instance."""
    return [f"127.0.0.{index + 1}" for index in range(count)]


def check_hosts(names: Sequence[str]) -> None:
    """Raises JobError for an address that this machine has not: its instance would be waited for.

    Linux has all of 127.0.0.0/8, macOS 127.0.0.1 alone.
    """
    for name in names:
        with socket.socket() as probe:
            try:
                probe.bind((name, 0))
            except OSError as error:
                remedy = f"sudo ifconfig lo0 alias {name} up"
                raise JobError(
                    f"ClientError: the instance at {name} cannot be reached: {error.strerror}; on "
                    f"macOS this adds the address: {remedy}"
                ) from error


def channels(record: dict[str, Any]) -> list[dict[str, Any]]:
    """The channels of a job: InputDataConfig of CreateTrainingJob."""
    found: list[dict[str, Any]] = record.get("InputDataConfig", [])
    return found


def command(record: dict[str, Any], instance: Instance) -> list[str]:
    """The entry point of the request, or the toolkit, with the arguments of the request."""
    algorithm = record["AlgorithmSpecification"]
    entry = algorithm.get("ContainerEntrypoint")
    if entry:
        parts = entry + algorithm.get("ContainerArguments", [])
        return [instance.layout.localise(part) for part in parts]
    return ["python", "-P", str(_PROGRAM)]


def write_configuration(record: dict[str, Any], instance: Instance, names: Sequence[str]) -> None:
    """Makes the folders and input/config of the instance, one of the hosts `names`."""
    layout = instance.layout
    for folder in ("model", "output/data", "code", "checkpoints"):
        layout.make(folder)
    hyperparameters = record.get("HyperParameters", {})
    layout.write_json("input/config/hyperparameters.json", layout.localise_all(hyperparameters))
    layout.write_json("input/config/resourceconfig.json", _resources(record, instance, names))
    layout.write_json(
        "input/config/inputdataconfig.json",
        {channel["ChannelName"]: _channel(record, channel) for channel in channels(record)},
    )


def _resources(record: dict[str, Any], instance: Instance, names: Sequence[str]) -> dict[str, Any]:
    instance_type = record["ResourceConfig"]["InstanceType"]
    group = {"instance_group_name": _GROUP, "instance_type": instance_type, "hosts": names}
    return {
        "current_host": instance.host,
        "current_instance_type": instance_type,
        "current_group_name": _GROUP,
        "hosts": names,
        "instance_groups": [group],
        "network_interface_name": _LOOPBACK,
    }


def _channel(record: dict[str, Any], channel: dict[str, Any]) -> dict[str, str]:
    """A channel's own input mode goes before that of the job."""
    of_all = record["AlgorithmSpecification"].get("TrainingInputMode", "File")
    source = channel["DataSource"]["S3DataSource"]
    described = {
        "TrainingInputMode": channel.get("InputMode", of_all),
        "S3DistributionType": source.get("S3DataDistributionType", "FullyReplicated"),
        "RecordWrapperType": channel.get("RecordWrapperType", "None"),
    }
    if "ContentType" in channel:
        described["ContentType"] = channel["ContentType"]
    return described


def environment(record: dict[str, Any], instance: Instance, port: str) -> dict[str, str]:
    """`port`: where the hosts of this job meet, free on this machine."""
    variables = {
        "SAGEMAKER_BASE_DIR": str(instance.layout.root),
        "TRAINING_JOB_NAME": record["TrainingJobName"],
        "TRAINING_JOB_ARN": record["TrainingJobArn"],
        "LOCALCLOUD_MASTER_PORT": port,
        "PET_MASTER_PORT": port,  # torchrun's own default, 29500, may be another job's
        "GLOO_SOCKET_IFNAME": _LOOPBACK,
        "TP_SOCKET_IFNAME": _LOOPBACK,
    }
    if warm_pools.uses_pool(record):
        variables[warm_pools.CACHE_VARIABLE] = instance.layout.localise(warm_pools.CACHE)
    framework = _FRAMEWORK.get(repository(record["AlgorithmSpecification"]["TrainingImage"]))
    if framework:
        variables["SAGEMAKER_TRAINING_MODULE"] = framework
    return variables | instance.layout.localise_all(record.get("Environment", {}))
