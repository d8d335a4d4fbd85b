"""Checks that several groups of settings use."""

from infra.setting_error import SettingsError


def check_range(name: str, value: float, low: float, high: float) -> None:
    """Raises SettingsError for a number that is not from `low` to `high`."""
    if not low <= value <= high:
        raise SettingsError(name=name, value=value, allowed=f"{low} to {high}")
