"""Which rows are used, and why others are not: by their text and rating."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field

from .errors import UserError
from .files import Chunk
from .json_lines import NO_OBJECT
from .ratings import NO_NUMBER, OF_NO_CLASS, UNKNOWN, UNUSED, RatingLookup
from .scanning import NO_END, TOO_MANY
from .tables import NotText
from .text import review_text

NO_TEXT = "no text"
NEITHER = "neither a text nor a rating"
TOO_LONG = "text too long for the Feature Store"
# A record has at most 350 KB (https://docs.aws.amazon.com/sagemaker/latest/dg/feature-store-quotas.html,
# read in November 2026), of which token ids and names take some.
_LONGEST_TEXT = 340_000  # bytes
NOT_TEXT = "an object, a list or bytes instead of a text"
NOT_RATING = "an object, a list or bytes instead of a rating"
_NO_FAULTS = (OF_NO_CLASS, NO_TEXT)
_OF_RATINGS = (NO_NUMBER, UNKNOWN, "rating outside")
_OTHER_RATINGS = (
    "ratings of another scale, or that are texts, are named by the setting `labels` "
    "(docs/bring-your-own.md)"
)
_REMEDIES = {
    TOO_MANY: 'a field that contains the delimiter must be quoted: "lovely, soft"',
    NO_END: 'a quote within a quoted field must be doubled: "a ""nice"" one"',
    NO_OBJECT: 'each line must be one JSON object: {"Review Text": "…", "Rating": 5}',
    NOT_TEXT: "choose a column of strings, or a field of its objects, as COLUMN.FIELD",
    NOT_RATING: "choose a column of numbers or strings, or a field of its objects, as COLUMN.FIELD",
    NEITHER: "a text of several lines must stand in quotes",
}

Verdict = tuple[str, int, str]


class Judge:
    """Decides about rows, by the ratings of the classes."""

    def __init__(self, ratings: RatingLookup) -> None:
        self._ratings = ratings

    def judge(self, title: str, body: str, rating: str) -> Verdict:
        """(text, rating index, why the row is not used; empty if it is).

        A row without a text is no fault, unless there is something else where its rating should
        be: it is half of a row then, as of a text whose line breaks are not quoted.
        """
        text = review_text(title, body)
        if not text:
            is_torn = self._ratings[rating][1] in (NO_NUMBER, UNKNOWN)
            return "", UNUSED, NEITHER if is_torn else NO_TEXT
        if isinstance(body, NotText) or isinstance(title, NotText):
            return "", UNUSED, NOT_TEXT
        if len(text) * 4 > _LONGEST_TEXT and len(text.encode()) > _LONGEST_TEXT:
            return "", UNUSED, TOO_LONG
        rating_index, reason = self._ratings[rating]
        is_value = reason not in (NO_NUMBER, UNKNOWN) or not isinstance(rating, NotText)
        return text, rating_index, reason if is_value else NOT_RATING

    def usable_rows(self, chunk: Chunk, rejects: "Rejects") -> Iterator[tuple[str, int]]:
        """(text, rating index) of each row that is used; the others are counted in `rejects`."""
        for fault in chunk.faults:
            rejects.add(fault.reason, chunk.where(fault.line))
        rows = zip(chunk.lines, chunk.titles, chunk.texts, chunk.ratings, strict=True)
        for line, title, body, rating in rows:
            text, rating_index, reason = self.judge(title, body, rating)
            if reason:
                where = f"{chunk.where(line)}, {chunk.rating_column} {rating[:40]!r}"
                rejects.add(reason, where)
            else:
                yield text, rating_index


@dataclass
class Rejects:
    """Rows that are not used, by reason, with the first row of each."""

    counts: Counter[str] = field(default_factory=Counter)
    first: dict[str, str] = field(default_factory=dict)

    def add(self, reason: str, where: str) -> None:
        self.counts[reason] += 1
        self.first.setdefault(reason, where)

    def merge(self, later: "Rejects") -> None:
        """Adds the rejected rows of a later chunk."""
        self.counts += later.counts
        self.first = later.first | self.first

    @property
    def faults(self) -> int:
        """How many rows are faults of the file: not those without a text or of no class."""
        return self.counts.total() - sum(self.counts[reason] for reason in _NO_FAULTS)

    def describe(self) -> str:
        return "; ".join(
            f"{count} x {reason} (first: {self.first[reason]})"
            for reason, count in self.counts.most_common()
        )

    def check_share(self, rows: int, limit: float) -> None:
        """Raises UserError when more than the share `limit` of all rows are faults."""
        if self.faults <= limit * rows:
            return
        remedies = (remedy_of(reason) for reason, _ in self.counts.most_common())
        remedy = next(filter(None, remedies), "")
        raise UserError(
            f"{self.faults} of {rows} rows cannot be used, more than the {limit:.0%} that "
            f"max_rejected_share allows: {self.describe()}{remedy and '; '}{remedy}"
        )


def remedy_of(reason: str) -> str:
    """What the user can do about rows with this reason; empty: nothing is known."""
    return _OTHER_RATINGS if reason.startswith(_OF_RATINGS) else _REMEDIES.get(reason, "")
