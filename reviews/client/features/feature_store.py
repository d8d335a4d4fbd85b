"""The offline feature store of an environment."""

from datetime import datetime
from pathlib import Path

from reviews.client.aws.connection import Connection
from reviews.client.features import dataset, queries
from reviews.client.features.queries import Table


class FeatureStore:
    """Every call raises NotDeployed for an environment without a Pipeline stack."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    @property
    def table(self) -> str:
        """The name of its Glue table."""
        return self._connection.outputs.glue_table

    @property
    def counts_query(self) -> str:
        """SQL for the number of reviews by split and sentiment."""
        label = self._connection.settings.labels.feature
        return queries.counts_query(self.table, label)

    def query(self, sql: str, *, limit: int | None = None) -> Table:
        """The result of one statement, or its first `limit` rows.

        Raises QueryFailed with Athena's reason, and InvalidArgument for an empty statement.
        """
        return queries.query(
            self._connection.client("athena"), self._connection.outputs, sql, limit=limit
        )

    def save(self, file: Path, *, at: datetime | None = None, split: str = "") -> int:
        """Writes the features of each review to a .csv or .parquet file; returns the number of
        reviews.

        The features are as of now, or of the event time `at`; of one split, or of all. Raises
        InvalidArgument for another suffix or an unknown split, before Athena is called.
        """
        dataset.check(file, split)
        return dataset.save(self._connection, file, at=at, split=split)
