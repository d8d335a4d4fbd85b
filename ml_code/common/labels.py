"""The classes of a model."""

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Labels:
    """Position = label_id, the class index of the model."""

    names: tuple[str, ...]
    sentiments: tuple[int, ...] = ()  # empty: the classes have none

    def place_of(self, label: int, star: int | None) -> int:  # noqa: ARG002 - a model knows no stars
        """The label_id of a row of features; ValueError says why it can be none of these."""
        if not 0 <= label < len(self.names):
            raise ValueError(f"label_id {label} must be from 0 to {len(self.names) - 1}")
        return label
