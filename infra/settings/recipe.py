"""The hyperparameters of an environment."""

from contract import hyperparameters
from infra.setting_error import SettingsError
from infra.setting_group import settings_group


@settings_group
class Recipe(hyperparameters.Recipe):
    """The hyperparameters of an environment; an execution may override each of them."""

    def __post_init__(self) -> None:
        for name, one in hyperparameters.OVERRIDABLE.items():
            value = getattr(self, name)
            if not one.allows(value):
                raise SettingsError(name=f"recipe.{name}", value=value, allowed=one.allowed)
