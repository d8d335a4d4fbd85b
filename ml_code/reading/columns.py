"""Which columns of a file are the text, the rating and the title."""

import re
import shlex
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import astuple, dataclass, fields
from pathlib import Path

from .commands import Filter
from .errors import FileError
from .kinds import file_error
from .text import cleaned

_MOST_NAMES = 15  # in a message, which SageMaker cuts at 1 KB
_LONGEST_NAME = 60
_MOST_SPACES = 4  # in the name of a column; a review has more
_NUMBER = re.compile(r"[0-9]+(?:[.,][0-9]+)?")
# The first expression removes a byte order mark, and tr the line ends of Windows.
_UNQUOTE = Filter(
    (r"tr -d '\r'", """sed -e '1s/^[^"]*//; s/^"//; s/"$//; s/""/"/g'"""),
)
_NOT_A_LETTER = re.compile(r"[\W_]+")


@dataclass(frozen=True, kw_only=True)
class Columns:
    """The names of the columns to read.

    The title is joined to the text in files that have that column; empty: never. The rating is
    empty where only texts are needed.
    """

    text: str
    rating: str = ""
    title: str = ""

    @property
    def required(self) -> list[str]:
        return [name for name in (self.text, self.rating) if name]


@dataclass(frozen=True)
class Export:
    """The format of a service's export or of a data set, recognised by its columns."""

    name: str
    columns: Columns
    others: tuple[str, ...] = ()  # further columns that tell it from other formats


def _export(name: str, text: str, rating: str, title: str, *others: str) -> Export:
    return Export(name, Columns(text=text, rating=rating, title=title), others)


# Each header was read on 30 November 2026, in public repositories that import or write such files,
# and for data sets where they are published; docs/bring-your-own.md says how many agreed. Services
# change their headers, so as few columns as possible identify them.
EXPORTS = (
    _export("Amazon (TSV)", "review_body", "star_rating", "review_headline", "marketplace"),
    _export("Amazon (2018)", "reviewText", "overall", "summary", "asin"),
    _export("Amazon (2023)", "text", "rating", "title", "parent_asin"),
    _export("Yelp", "text", "stars", "", "business_id"),
    _export("Yotpo", "Review Content", "Review Score", "Review Title"),
    _export("Trustpilot", "Review Content", "Review Stars", "Review Title"),
    _export("Okendo", "body", "rating", "title", "dateCreated"),
    _export("Judge.me", "body", "rating", "title", "reviewer_name"),
    _export("Shopify Product Reviews", "body", "rating", "title", "product_handle"),
    _export("Loox", "review", "rating", "", "nickname"),
    _export("Google Play", "Review Text", "Star Rating", "Review Title", "Package Name"),
    _export("Google Business Profile", "comment", "starRating", "", "createTime"),
    _export("Amazon Fine Food (Kaggle)", "Text", "Score", "Summary", "HelpfulnessNumerator"),
    _export("Steam (Kaggle)", "review_text", "review_score", "", "app_id"),
    _export("IMDB", "review", "sentiment", ""),
)


def check_columns(path: Path, header: Sequence[str], columns: Columns) -> None:
    """Raises FileError when a column is missing or repeated, or the rating is the text or title."""
    lacking = [column for column in columns.required if column not in header]
    if lacking:
        problem = f"no column named {_quoted(lacking)}; the columns are {listed(header)}"
        if _is_quoted_as_a_whole(header, columns):
            quotes = "each line is quoted as a whole; remove these quotes"
            raise file_error(path, f"{problem}; {quotes}", _UNQUOTE)
        raise FileError(path, f"{problem}{_offer(header, columns)}")
    for column in filter(None, astuple(columns)):
        check_once(path, header, column)
    if columns.rating and columns.rating in (columns.text, columns.title):
        raise FileError(
            path,
            f"{columns.rating!r} is the column of the rating, and also that of the text or the "
            "title, which must be others",
        )


def check_once(path: Path, header: Sequence[str], column: str) -> None:
    """Raises FileError when several columns have this name."""
    if header.count(column) > 1:
        raise FileError(
            path, f"{header.count(column)} columns are named {column!r}; rename all but one"
        )


def resolved(header: Sequence[str], columns: Columns) -> Columns:
    """The columns by their names in the header, found by `in_header`.

    A title that is the text is none: it would be there twice.
    """
    text, rating, title = (in_header(header, name) for name in astuple(columns))
    return Columns(text=text, rating=rating, title="" if title == text else title)


def in_header(header: Sequence[str], name: str) -> str:
    """The same name, or the only one that looks the same; `name` itself where there is neither.

    Names look the same that differ in white space or in invisible characters only.
    """
    if not name or name in header:
        return name
    alike = [column for column in header if cleaned(column) == cleaned(name)]
    return alike[0] if len(alike) == 1 else name


def detect(header: Sequence[str], columns: Columns) -> tuple[str, Columns] | None:
    """(what the file looks like, its columns): a known export, or columns of nearly these names.

    None where neither is found.
    """
    near = {_plain(name): name for name in reversed(header)}
    for export in EXPORTS:
        wanted = [name for name in astuple(export.columns) if name]
        if all(_plain(name) in near for name in (*wanted, *export.others)):
            return f"an export of {export.name}", _near(near, export.columns)
    alike = _near(near, columns)
    if len(alike.required) < len(columns.required):
        return None
    return "your columns, written otherwise", alike


def _near(near: Mapping[str, str], columns: Columns) -> Columns:
    """The names in the header; `near` has them by name without case, spaces and punctuation."""
    names = astuple(columns)
    text, rating, title = (near.get(_plain(name), "") if name else "" for name in names)
    return Columns(text=text, rating=rating, title=title)


def near_title(header: Sequence[str], columns: Columns) -> str:
    """The column whose name is nearly that of the title; empty where there is none."""
    title = _near({_plain(name): name for name in reversed(header)}, columns).title
    return "" if title == in_header(header, columns.text) else title


def as_settings(columns: Columns) -> list[str]:
    """The columns as options of `reviews run`."""
    named = zip(fields(Columns), astuple(columns), strict=True)
    words = [f"columns.{field.name}={name}" for field, name in named]
    return [f"--set {shlex.quote(word)}" for word in words]


def _offer(header: Sequence[str], columns: Columns) -> str:
    found = detect(header, columns)
    if found is None:
        return f"; {_advice(header, columns)}"
    what, alike = found
    return (
        f". It looks like {what}: run again with --detect-columns, or with "
        f"{' '.join(as_settings(alike))}"
    )


def _advice(header: Sequence[str], columns: Columns) -> str:
    if _is_one_of_all(header, columns):
        return (
            "the fields are separated by neither commas, tabs, semicolons nor |; use one of these"
        )
    name_them = "name yours: --set columns.text=COLUMN --set columns.rating=COLUMN"
    if any(_NUMBER.fullmatch(name) or name.count(" ") > _MOST_SPACES for name in header):
        return f"if that is a review, add a line with the column names above it; else {name_them}"
    return name_them


def _is_one_of_all(header: Sequence[str], columns: Columns) -> bool:
    """Whether there is one column whose name contains all that are required."""
    whole = cleaned(header[0]) if len(header) == 1 else ""
    return bool(whole) and all(name in whole for name in columns.required)


def _is_quoted_as_a_whole(header: Sequence[str], columns: Columns) -> bool:
    return _is_one_of_all(header, columns) and "," in header[0]


def _plain(name: str) -> str:
    return _NOT_A_LETTER.sub("", name).casefold()


def listed(header: Sequence[str]) -> str:
    """The names of the columns, for a message; of a wide table the first ones."""
    more = len(header) - _MOST_NAMES
    return _quoted(map(_cut, header[:_MOST_NAMES])) + (f" and {more} more" if more > 0 else "")


def _cut(name: str) -> str:
    return name if len(name) <= _LONGEST_NAME else f"{name[: _LONGEST_NAME - 1]}…"


def _quoted(names: Iterable[str]) -> str:
    return ", ".join(repr(name) for name in names)
