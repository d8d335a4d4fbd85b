"""The file of reviews: its columns, and the shares into which its rows are split."""

from dataclasses import dataclass

from infra.setting_error import SettingsError


@dataclass(frozen=True, kw_only=True)
class Columns:
    """The column names of the reviews file. The title is joined to the text of files that have it;
    an empty name: never."""

    text: str = "Review Text"  # what is classified
    rating: str = "Rating"  # of which the labels are made
    title: str = "Title"  # joined to the text, in front; may be empty

    def __post_init__(self) -> None:
        for name in ("text", "rating"):
            if not getattr(self, name):
                raise SettingsError(name=f"columns.{name}", value="", allowed="a column's name")


@dataclass(frozen=True, kw_only=True)
class Shares:
    """How the reviews are split; the shares add up to 1."""

    train: float = 0.8  # what the model learns from
    validation: float = 0.1  # decides which epoch is kept
    test: float = 0.1  # measures the model at the end

    def __post_init__(self) -> None:
        shares = (self.train, self.validation, self.test)
        if min(shares) <= 0 or abs(sum(shares) - 1) > 1e-6:
            raise SettingsError(name="shares", value=shares, allowed="above 0, adding up to 1")
