"""The classes of a model."""

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Labels:
    """Position = label_id, the class index of the model."""

    names: tuple[str, ...]
    sentiments: tuple[int, ...] = ()  # empty: the classes have none

    def rating_index(self, label: int, star: int | None) -> int:  # noqa: ARG002 - as in RatedLabels
        """The label_id of a row of features, since there are no ratings; ValueError for an unknown
        one."""
        if not 0 <= label < len(self.names):
            raise ValueError(f"label_id {label} must be from 0 to {len(self.names) - 1}")
        return label
