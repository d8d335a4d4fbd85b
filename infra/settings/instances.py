"""The instances of a job or an endpoint."""

from infra import instances
from infra.setting_group import settings_group
from infra.settings.checks import check_instance_type, check_range

_LONGEST_JOB_SECONDS = 432_000  # five days, the default quota of a training job


@settings_group
class Instances:
    """The instances of one job or endpoint; sizes in GiB, times in seconds."""

    instance_type: str  # such as ml.m7i.large
    instance_count: int = 1  # the minimum for an endpoint that scales
    volume_gb: int = 30  # of each instance of a job
    max_runtime_s: int = 24 * 3600  # after which SageMaker stops a job; at most five days

    def __post_init__(self) -> None:
        check_instance_type("instance_type", self.instance_type)
        check_range("instance_count", self.instance_count, 1, 100)
        check_range("volume_gb", self.volume_gb, 1, 16_384)
        check_range("max_runtime_s", self.max_runtime_s, 1, _LONGEST_JOB_SECONDS)

    @property
    def has_gpu(self) -> bool:
        return instances.has_gpu(self.instance_type)

    @property
    def has_local_disk(self) -> bool:
        """Whether it encrypts its local disk, so that SageMaker refuses a volume key."""
        return instances.has_local_disk(self.instance_type)
