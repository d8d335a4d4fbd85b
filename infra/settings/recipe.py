"""The hyperparameters of an environment."""

from dataclasses import dataclass

from contract import hyperparameters
from infra.setting_error import SettingsError


@dataclass(frozen=True, kw_only=True)
class Recipe(hyperparameters.Recipe):
    """The hyperparameters of an environment; an execution may override each of them."""

    def __post_init__(self) -> None:
        for name, one in hyperparameters.OVERRIDABLE.items():
            value = getattr(self, name)
            if not one.allows(value):
                raise SettingsError(name=f"recipe.{name}", value=value, allowed=one.allowed)
