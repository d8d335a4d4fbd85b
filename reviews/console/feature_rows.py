"""Rows of the offline feature store, at most as many as a page can show."""

from dataclasses import dataclass

from reviews.client.features.feature_store import FeatureStore

_FIRST, _MOST = 20, 500


@dataclass(frozen=True, kw_only=True)
class Rows:
    columns: list[str]
    rows: list[list[str]]
    more: bool  # whether the result has more rows than these


class FeatureRows:
    def __init__(self, features: FeatureStore) -> None:
        self._features = features

    @property
    def counts(self) -> str:
        """The default query of `reviews query`."""
        return self._features.counts_query

    def first(self) -> Rows:
        return self.query(f'SELECT * FROM "{self._features.table}" LIMIT {_FIRST}')  # noqa: S608 - a stack output

    def query(self, sql: str) -> Rows:
        """The first rows of the result. Raises QueryFailed with Athena's reason."""
        found = self._features.query(sql, limit=_MOST + 1)
        return Rows(columns=found.columns, rows=found.rows[:_MOST], more=len(found.rows) > _MOST)
