"""The settings of the gate before a deployment."""

from contract.metrics import GATED
from infra.setting_error import SettingsError
from infra.setting_group import settings_group
from infra.settings.checks import check_range


@settings_group
class Gate:
    """The metrics that a model must reach on the test split to be deployed.

    `max_drop` is by how much accuracy and macro-F1 may be below those of the champion, the newest
    approved model, on the same rows. With the mode `report` the rules that the model breaks are
    recorded, and it is deployed.
    """

    mode: str = "enforce"  # or report
    min_accuracy: float = 0.6  # on the test split
    min_macro_f1: float = 0.6  # on the test split
    max_drop: float = 0.01  # below the champion's

    def __post_init__(self) -> None:
        if self.mode not in ("enforce", "report"):
            raise SettingsError(name="gate.mode", value=self.mode, allowed="enforce, report")
        for name in (*(f"min_{metric.name}" for metric in GATED), "max_drop"):
            check_range(f"gate.{name}", getattr(self, name), 0, 1)
