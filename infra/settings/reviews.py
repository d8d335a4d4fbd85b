"""The settings of the file of reviews: its columns, and the shares of the splits."""

from infra.setting_error import SettingsError
from infra.setting_group import settings_group


@settings_group
class Columns:
    """The column names of the file of reviews. In files that have the title, it is prefixed to the
    text; with an empty name, never."""

    text: str = "Review Text"  # the text that is classified
    rating: str = "Rating"  # from which the class follows
    title: str = "Title"  # prefixed to the text; may be empty

    def __post_init__(self) -> None:
        for name in ("text", "rating"):
            if not getattr(self, name):
                raise SettingsError(name=f"columns.{name}", value="", allowed="a column's name")


@settings_group
class Shares:
    """The shares of the splits, which add up to 1."""

    train: float = 0.8  # for the training
    validation: float = 0.1  # for the choice of the best epoch
    test: float = 0.1  # for the evaluation

    def __post_init__(self) -> None:
        shares = (self.train, self.validation, self.test)
        if not (min(shares) > 0 and abs(sum(shares) - 1) <= 1e-6):  # also for nan
            raise SettingsError(name="shares", value=shares, allowed="above 0, adding up to 1")
