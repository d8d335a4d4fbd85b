"""What the preparation would find in a whole file, before it is uploaded."""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from .classes import Classes
from .columns import Columns, near_title
from .distinct import DistinctReviews
from .errors import FileError, UserError
from .files import has_title, open_tables, read_chunks
from .judging import Judge, Rejects
from .ratings import UNUSED, Numbers, RatingLookup
from .splits import check_splits
from .tables import CheckedColumn


@dataclass
class Survey:
    """How many rows of each class can be used, how many of these repeat the text of another one and
    are left out, and the other rows by reason.

    `ratings` are the lowest and the highest number that is used, and `scale` those of the classes;
    empty where ratings are texts.
    """

    classes: Counter[str]
    has_title: bool
    duplicates: int = 0
    like_title: str = ""  # where there is no title, a column of nearly its name
    rejects: Rejects = field(default_factory=Rejects)
    ratings: tuple[int, ...] = ()
    scale: tuple[int, ...] = ()

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

    `shares` are those of the splits; `progress` is called with the share that is read, from 0 to 1.
    Raises UserError when the preparation would refuse the file.
    """
    ratings = RatingLookup(classes.ratings)
    judge = Judge(ratings)
    tables = open_tables(path, columns)
    found = Survey(
        classes=Counter(dict.fromkeys(classes.names, 0)),
        has_title=has_title(tables, columns),
        like_title=next((near_title(table.header, columns) for _, table in tables), ""),
    )
    reviews, label_of, seen = DistinctReviews(), classes.ratings.label_of, set[int]()
    for chunk in read_chunks(tables, columns, CheckedColumn(columns.rating, ratings.is_rating)):
        usable = list(judge.usable_rows(chunk, found.rejects))
        rating_indices = [rating_index for _, rating_index in usable]
        reviews.add((text for text, _ in usable), rating_indices)
        seen.update(rating_indices)
        for rating_index, count in Counter(rating_indices).items():
            found.classes[classes.names[label_of[rating_index]]] += count
        progress(chunk.share_read)
    if seen and isinstance(classes.ratings, Numbers):
        stars = classes.ratings.stars
        of_classes = [star for star, label in zip(stars, label_of, strict=True) if label != UNUSED]
        found.ratings = stars[min(seen)], stars[max(seen)]
        found.scale = of_classes[0], of_classes[-1]
    if not found.rows:
        raise FileError(tables[0][0], "there is a header but no row")
    found.rejects.check_share(found.rows, max_rejected_share)
    distinct = dict(zip(classes.names, reviews.counts(label_of, len(classes.names)), strict=True))
    found.duplicates = found.classes.total() - sum(distinct.values())
    try:
        check_splits(distinct, shares)
    except UserError as error:
        raise UserError("; ".join([str(error), *_left_out(found)])) from error
    return found


def _left_out(found: Survey) -> Iterator[str]:
    if found.duplicates:
        yield f"rows that repeat the text of another one: {found.duplicates}"
    if found.rejects.counts:
        yield f"not used: {found.rejects.describe()}"
