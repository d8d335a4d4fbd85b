"""What the preparation would find in a whole file, before it is uploaded."""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from .classes import Classes
from .columns import Columns, near_title
from .errors import UserError
from .files import has_title, open_tables, read_chunks
from .judging import Judge, Rejects
from .ratings import RatingLookup
from .splits import check_splits
from .tables import CheckedColumn


@dataclass
class Survey:
    """How many rows of each class can be used, and the others by reason."""

    classes: Counter[str]
    has_title: bool
    like_title: str = ""  # where there is no title, a column of nearly its name
    rejects: Rejects = field(default_factory=Rejects)

    @property
    def rows(self) -> int:
        return self.classes.total() + self.rejects.counts.total()


def survey(
    path: Path,
    columns: Columns,
    classes: Classes,
    *,
    max_rejected_share: float,
    shares: Sequence[float],
    progress: Callable[[float], None] = lambda _: None,
) -> Survey:
    """Reads all of a file or a folder.

    Duplicates are not removed, which is left to the preparation. `shares` are those of the splits;
    `progress` is called with the share that is read, from 0 to 1. Raises UserError when the
    preparation would refuse the file.
    """
    ratings = RatingLookup(classes.ratings)
    judge = Judge(ratings)
    tables = open_tables(path, columns)
    found = Survey(
        classes=Counter(dict.fromkeys(classes.names, 0)),
        has_title=has_title(tables, columns),
        like_title=next((near_title(table.header, columns) for _, table in tables), ""),
    )
    for chunk in read_chunks(tables, columns, CheckedColumn(columns.rating, ratings.is_rating)):
        for _, rating_index in judge.usable_rows(chunk, found.rejects):
            found.classes[classes.names[classes.ratings.label_of[rating_index]]] += 1
        progress(chunk.share_read)
    if not found.rows:
        raise UserError(f"{tables[0][0].name}: there is a header but no row")
    found.rejects.check_share(found.rows, max_rejected_share)
    try:
        check_splits(found.classes, shares)
    except UserError as error:
        if not found.rejects.counts:
            raise
        raise UserError(f"{error}; not used: {found.rejects.describe()}") from error
    return found
