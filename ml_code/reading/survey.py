"""What a whole file would give a run, before it is uploaded: by the rules of the preparation."""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from .classes import Classes
from .columns import Columns, near_title
from .errors import UserError
from .files import has_title, open_tables, read_chunks
from .judging import Judge, Rejects
from .ratings import Finder
from .splits import check_splits
from .tables import Witness


@dataclass
class Survey:
    """How many rows of each class can be used, and the others by reason."""

    classes: Counter[str]
    has_title: bool
    like_title: str = ""  # a column whose name is nearly that of the title, which is not there
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
    """Reads it all. Raises UserError when the preparation would refuse it; `progress` hears the
    share that is read. Equal texts are not found: that takes the preparation."""
    finder = Finder(classes.ratings)
    judge = Judge(finder)
    tables = open_tables(path, columns)
    found = Survey(
        classes=Counter(dict.fromkeys(classes.names, 0)),
        has_title=has_title(tables, columns),
        like_title=next((near_title(table.header, columns) for _, table in tables), ""),
    )
    name_of_place = [
        classes.names[label] if label >= 0 else "" for label in classes.ratings.label_of
    ]
    for chunk in read_chunks(tables, columns, Witness(columns.rating, finder.is_rating)):
        for _, place in judge.texts_and_places(chunk, found.rejects):
            found.classes[name_of_place[place]] += 1
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
