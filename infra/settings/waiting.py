"""How long the state machine waits."""

from dataclasses import dataclass

from infra.settings.checks import check_range

_LONGEST_STATE_MACHINE_WAIT = 99_999_999


@dataclass(frozen=True, kw_only=True)
class Waiting:
    """How a step waits for its job: first `start_s`, then longer each time up to `longest_s`."""

    start_s: int = 30  # before the first look at a job
    longest_s: int = 900  # between two looks
    growth: float = 1.1  # of the wait, from look to look
    features_limit_s: int = 3600  # the offline store lags by minutes; an hour means it is stuck
    approval_limit_s: int = 7 * 24 * 3600  # for a person to answer
    capacity_s: int = 900  # before a job is started again for which AWS had no machine
    capacity_attempts: int = 12  # of an execution; then it fails

    def __post_init__(self) -> None:
        check_range("start_s", self.start_s, 1, _LONGEST_STATE_MACHINE_WAIT)
        check_range("longest_s", self.longest_s, self.start_s, _LONGEST_STATE_MACHINE_WAIT)
        check_range("growth", self.growth, 1, 10)
        for name in ("features_limit_s", "approval_limit_s", "capacity_s"):
            check_range(name, getattr(self, name), 1, _LONGEST_STATE_MACHINE_WAIT)
        check_range("capacity_attempts", self.capacity_attempts, 0, 1000)
