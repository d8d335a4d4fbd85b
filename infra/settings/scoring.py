"""Batch scoring: the instances of its transform job."""

from contract.scoring import MAX_PAYLOAD_MB, MOST_PAYLOAD_MB
from infra import instances
from infra.setting_error import SettingsError
from infra.setting_group import settings_group
from infra.settings.checks import check_instance_type, check_range


@settings_group
class Scoring:
    """The instances that score a file in batch: they cost money only while they do.

    They have no GPU: the newest driver that SageMaker gives to transform jobs is NVIDIA's 535
    (TransformAmiVersion), and the images of GPU endpoints need one for CUDA 13.
    """

    instance_type: str = "ml.m7i.2xlarge"  # such as ml.m7i.2xlarge
    instance_count: int = 1  # at most; fewer for a file of fewer parts
    concurrent_requests: int = 4  # to an instance; its server has a process for each core

    def __post_init__(self) -> None:
        check_instance_type("scoring.instance_type", self.instance_type)
        if instances.has_gpu(self.instance_type):
            allowed = "a type without a GPU: transform jobs have no driver for CUDA 13"
            raise SettingsError(
                name="scoring.instance_type", value=self.instance_type, allowed=allowed
            )
        check_range("scoring.instance_count", self.instance_count, 1, 100)
        most = MOST_PAYLOAD_MB // MAX_PAYLOAD_MB
        check_range("scoring.concurrent_requests", self.concurrent_requests, 1, most)

    @property
    def has_local_disk(self) -> bool:
        """Such instances encrypt their own disk, and SageMaker refuses a volume key for them."""
        return instances.has_local_disk(self.instance_type)
