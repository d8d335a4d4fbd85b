"""The settings of how long the state machine waits."""

from infra.setting_group import settings_group
from infra.settings.checks import check_range

_LONGEST_STATE_MACHINE_WAIT = 99_999_999


@settings_group
class Waiting:
    """How a step polls its job: first after `start_s`, then at intervals up to `longest_s`."""

    start_s: int = 30  # before a job is described for the first time
    longest_s: int = 900  # the longest interval between two polls
    growth: float = 1.1  # the factor from one interval to the next
    features_limit_s: int = 3600  # for the offline store, which usually lags by minutes
    approval_limit_s: int = 7 * 24 * 3600  # for an approval
    capacity_s: int = 900  # before a job is started again for which AWS had no instances
    capacity_attempts: int = 12  # of an execution, after which it fails

    def __post_init__(self) -> None:
        check_range("waiting.start_s", self.start_s, 1, _LONGEST_STATE_MACHINE_WAIT)
        check_range("waiting.longest_s", self.longest_s, self.start_s, _LONGEST_STATE_MACHINE_WAIT)
        check_range("waiting.growth", self.growth, 1, 10)
        for name in ("features_limit_s", "approval_limit_s", "capacity_s"):
            check_range(f"waiting.{name}", getattr(self, name), 1, _LONGEST_STATE_MACHINE_WAIT)
        check_range("waiting.capacity_attempts", self.capacity_attempts, 0, 1000)
