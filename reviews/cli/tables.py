"""Tables of texts, in which nothing is markup and nothing is truncated."""

from collections.abc import Collection

from rich.table import Table
from rich.text import Text


def of_texts(*headings: str, numbers: Collection[str] = (), whole: Collection[str] = ()) -> Table:
    """A table with these headings. The columns `numbers` are aligned to the right; neither they nor
    the columns `whole` are wrapped."""
    table = Table(box=None, pad_edge=False)
    for heading in headings:
        table.add_column(
            Text(heading),
            justify="right" if heading in numbers else "left",
            no_wrap=heading in numbers or heading in whole,
            overflow="fold",
        )
    return table


def add(table: Table, *cells: object) -> None:
    table.add_row(*(Text(str(cell)) for cell in cells))
