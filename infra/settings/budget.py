"""The settings of the budget of an environment."""

from collections.abc import Sequence

from infra.setting_error import SettingsError
from infra.setting_group import settings_group
from infra.settings.checks import check_emails, check_range

_COVERS = ("environment", "account")
_MOST_EMAILS = 10  # of one notification, beside a topic: AWS::Budgets::Budget, Subscribers
_MOST_ALARMS = 10  # NotificationWithSubscribersList in botocore's model of AWS Budgets
_MOST_USD = 1_000_000


@settings_group
class Budget:
    """What a month may cost, and when somebody hears that it costs more: docs/organisation.md.

    There is a budget where there are an amount and somebody who hears of it: an address in `notify`
    or in `emails`. It stops nothing. That of an environment counts what has its tag, once the tag
    is active in Billing; that of the account counts everything in it, and needs nothing else.
    """

    monthly_usd: float = 0  # 0: no budget
    emails: Sequence[str] = ()  # to which AWS Budgets writes by itself, beside the topic
    actual_percents: Sequence[int] = (80, 100)  # of the amount, once that has been spent
    forecast_percents: Sequence[int] = (100,)  # of the amount, when AWS expects that for the month
    covers: str = "environment"  # or account

    def __post_init__(self) -> None:
        check_range("budget.monthly_usd", self.monthly_usd, 0, _MOST_USD)
        if self.covers not in _COVERS:
            raise _error("covers", self.covers, ", ".join(_COVERS))
        check_emails("budget.emails", self.emails)
        if len(self.emails) > _MOST_EMAILS:
            allowed = f"a list of {_MOST_EMAILS} mail addresses at most"
            raise _error("emails", self.emails, allowed)
        alarms = [*self.actual_percents, *self.forecast_percents]
        for name in ("actual_percents", "forecast_percents"):
            percents = getattr(self, name)
            for percent in percents:
                check_range(f"budget.{name}", percent, 1, 1000)
            if len(set(percents)) != len(percents):
                raise _error(name, tuple(percents), "different percents")
        if not 1 <= len(alarms) <= _MOST_ALARMS:
            allowed = f"1 to {_MOST_ALARMS} of actual_percents and forecast_percents together"
            raise _error("actual_percents", tuple(self.actual_percents), allowed)


def _error(name: str, value: object, allowed: str) -> SettingsError:
    return SettingsError(name=f"budget.{name}", value=value, allowed=allowed)
