"""The comparison of what the endpoint is asked with the baseline of the training."""

from collections.abc import Mapping
from dataclasses import field

from contract.drift import (
    ACCURACY,
    CALIBRATION,
    CLASS_MIX,
    CONFIDENCE,
    LENGTH,
    MOST_HOURS,
    OTHER_LANGUAGES,
    QUANTITIES,
    UNKNOWN_WORDS,
)
from infra.setting_error import SettingsError
from infra.setting_group import settings_group
from infra.settings.checks import check_range, check_schedule
from infra.settings.instances import Instances

_FEWEST_REQUESTS = 30  # below which the tests' distributions do not hold


def _small() -> Instances:
    return Instances(instance_type="ml.m7i.large", max_runtime_s=4 * 3600)


@settings_group
class Drift:
    """Reports about drift, and their alarm: only where the endpoint captures requests.

    A quantity has moved if its shift is at least the least one that is given here for it, and its
    probability by chance, corrected for all quantities, is below `significance` (docs/drift.md).
    """

    schedule: str = ""  # of reports (UTC), such as cron(0 7 ? * MON *); empty: only on demand
    period_hours: int = 7 * 24  # that a report covers
    ratings_days: int = 28  # in which captured predictions are joined with ratings
    instances: Instances = field(default_factory=_small)  # of the job
    least_requests: int = 100  # captured ones, or rated texts; fewer are not compared
    significance: float = 0.001  # probability of an alarm if nothing has moved
    class_mix: float = CLASS_MIX.least_shift  # share of texts that are of another predicted class
    confidence: float = CONFIDENCE.least_shift  # share of texts that are in another eighth
    length: float = LENGTH.least_shift  # share of texts that are in another eighth
    unknown_words: float = UNKNOWN_WORDS.least_shift  # of the mean share of words
    other_languages: float = OTHER_LANGUAGES.least_shift  # of the share of texts
    accuracy: float = ACCURACY.least_shift  # by which it is lower, on rated texts
    calibration: float = CALIBRATION.least_shift  # of mean confidence minus accuracy, on these
    retrain: bool = False  # whether drift starts a run with `scheduled_reviews`

    def __post_init__(self) -> None:
        check_schedule("drift.schedule", self.schedule)
        check_range("drift.period_hours", self.period_hours, 1, MOST_HOURS)
        least_days = -(-self.period_hours // 24)
        check_range("drift.ratings_days", self.ratings_days, least_days, MOST_HOURS // 24)
        check_range("drift.least_requests", self.least_requests, _FEWEST_REQUESTS, 10**6)
        check_range("drift.significance", self.significance, 1e-9, 0.05)
        for name, shift in self.least_shifts.items():
            check_range(f"drift.{name}", shift, 0, 1)
        if self.instances.instance_count != 1:
            raise SettingsError(
                name="drift.instances.instance_count",
                value=self.instances.instance_count,
                allowed="1: the job is not shared among instances",
            )

    @property
    def least_shifts(self) -> Mapping[str, float]:
        """The smallest shift that counts as drift, by the name of the quantity."""
        return {name: getattr(self, name) for name in QUANTITIES}
