"""What `reviews query` prints."""

from rich.console import Console

from reviews.cli import tables
from reviews.client.features.queries import Table


def rows(console: Console, result: Table) -> None:
    table = tables.of_texts(*result.columns)
    for row in result.rows:
        tables.add(table, *row)
    console.print(table)
