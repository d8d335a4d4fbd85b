"""The settings of how a training gets its instances."""

from collections.abc import Sequence

from infra.setting_error import SettingsError
from infra.setting_group import settings_group
from infra.settings.checks import check_range

_LONGEST_WAIT = 7 * 24 * 3600
_MOST_TYPES = 4  # in place of the first: as many as SageMaker's own InstancePreferences take


@settings_group
class Capacity:
    """Which instances a training takes: spot instances, or others where AWS has none of its type.

    SageMaker waits for spot instances, and for new ones after an interruption; the training then
    continues from its last checkpoint. Where AWS lacks the instances of `training_instances`, the
    state machine starts the job with the next type of `fallback_types`, and after the last with the
    first again (`Waiting.capacity_s`).
    """

    spot: bool = False  # managed spot training
    spot_wait_s: int = 3600  # for spot instances, beyond training_instances.max_runtime_s
    fallback_types: Sequence[str] = ()  # of the training, in their order

    def __post_init__(self) -> None:
        check_range("capacity.spot_wait_s", self.spot_wait_s, 0, _LONGEST_WAIT)
        if isinstance(self.fallback_types, str) or len(self.fallback_types) > _MOST_TYPES:
            allowed = f"a list of {_MOST_TYPES} instance types at most"
            name = "capacity.fallback_types"
            raise SettingsError(name=name, value=self.fallback_types, allowed=allowed)
