"""What is decided about an instance before it starts: its folder, its log stream, its name."""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from localcloud.core.cloud import Cloud
from localcloud.hosting.model_containers import PRIMARY
from localcloud.jobs.instance import mark


@dataclass(frozen=True)
class InstanceSpec:
    """The folder and log stream of an instance, and the message if it does not become healthy."""

    folder: Path
    mark: str
    log_group: str
    log_stream: str
    unhealthy: str
    environment: Mapping[str, str] = field(default_factory=dict)
    container: str = PRIMARY

    @classmethod
    def in_endpoint(cls, cloud: Cloud, endpoint: str, variant: str) -> "InstanceSpec":
        instance = instance_id()
        return cls(
            folder=cloud.data_dir / "endpoints" / endpoint / instance,
            mark=mark(cloud, "endpoint", endpoint, instance),
            log_group=f"/aws/sagemaker/Endpoints/{endpoint}",
            log_stream=f"{variant}/{instance}",
            unhealthy=(
                f"The primary container for production variant {variant} did not pass the ping "
                "health check. Please check CloudWatch logs for this endpoint."
            ),
        )

    def of_container(self, name: str) -> "InstanceSpec":
        """The specification of one of several containers:
        https://docs.aws.amazon.com/sagemaker/latest/dg/logging-cloudwatch.html has the log stream
        `[production-variant-name]/[instance-id]/[container-name]`."""
        return replace(
            self,
            folder=self.folder / name,
            mark=f"{self.mark}{name}|",
            log_stream=f"{self.log_stream}/{name}",
            unhealthy=self.unhealthy.replace(f"The {PRIMARY} container", f"The {name} container"),
            container=name,
        )


def instance_id() -> str:
    """A new identifier in the form of EC2."""
    return f"i-{secrets.token_hex(8)}"
