"""Rows of the offline feature store, as many as a page can show."""

from dataclasses import dataclass

from reviews.client.features.feature_store import FeatureStore

_FIRST, _MOST = 20, 500


@dataclass(frozen=True, kw_only=True)
class Rows:
    columns: list[str]
    rows: list[list[str]]
    more: bool  # whether the query has more rows than these


class Tables:
    def __init__(self, features: FeatureStore) -> None:
        self._features = features

    @property
    def counts(self) -> str:
        """The query that `reviews query` asks when it is given none."""
        return self._features.counts_query

    def first(self) -> Rows:
        return self.query(f'SELECT * FROM "{self._features.table}" LIMIT {_FIRST}')  # noqa: S608 - a stack output

    def query(self, sql: str) -> Rows:
        """Raises QueryFailed with Athena's reason."""
        found = self._features.query(sql, limit=_MOST + 1)
        return Rows(columns=found.columns, rows=found.rows[:_MOST], more=len(found.rows) > _MOST)
