"""Rows of the offline feature store, as many as a page can show."""

from dataclasses import dataclass
from typing import Any

from reviews.client import features
from reviews.console.account import Account

_FIRST, _MOST = 20, 500


@dataclass(frozen=True, kw_only=True)
class Rows:
    columns: list[str]
    rows: list[list[str]]
    more: bool  # whether the query has more rows than these


class Tables:
    def __init__(self, account: Account) -> None:
        self._account = account

    @property
    def counts(self) -> str:
        """The query that `reviews query` asks when it is given none."""
        return features.counts_query(self._account.outputs.glue_table, self._account.labels.feature)

    def first(self) -> Rows:
        table = self._account.outputs.glue_table
        return self.query(f'SELECT * FROM "{table}" LIMIT {_FIRST}')  # noqa: S608 - a stack output

    def query(self, sql: str) -> Rows:
        """Raises QueryFailed with Athena's reason."""
        athena = _FirstRows(self._account.client("athena"))
        table = features.query(athena, self._account.outputs, sql)
        return Rows(columns=table.columns, rows=table.rows[:_MOST], more=len(table.rows) > _MOST)


class _FirstRows:
    """Athena, whose results end soon after those that are shown."""

    def __init__(self, athena: Any) -> None:
        self._athena = athena

    def __getattr__(self, name: str) -> Any:
        return getattr(self._athena, name)

    def get_paginator(self, operation: str) -> Any:
        return _FirstPages(self._athena.get_paginator(operation))


class _FirstPages:
    def __init__(self, paginator: Any) -> None:
        self._paginator = paginator

    def paginate(self, **arguments: Any) -> Any:
        # One more that tells whether there are more, and one for the names of the columns.
        return self._paginator.paginate(PaginationConfig={"MaxItems": _MOST + 2}, **arguments)
