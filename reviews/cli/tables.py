"""Tables of texts: nothing in them is markup, and nothing is cut off."""

from collections.abc import Collection

from rich.table import Table
from rich.text import Text


def of_texts(*headings: str, numbers: Collection[str] = (), whole: Collection[str] = ()) -> Table:
    """`numbers` are aligned to the right; these and `whole` are never broken into lines."""
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
