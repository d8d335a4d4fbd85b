"""The user's files of reviews, read by ml_code/reading as in the processing job."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import astuple, dataclass, replace
from pathlib import Path
from typing import NoReturn

from infra.settings import Columns, Settings
from ml_code.reading.classes import parse
from ml_code.reading.columns import Columns as ReadColumns
from ml_code.reading.columns import as_settings, check_columns, detect, listed, resolved
from ml_code.reading.commands import file_word
from ml_code.reading.errors import FileError, UserError
from ml_code.reading.files import open_table
from ml_code.reading.judging import NOT_TEXT, remedy_of
from ml_code.reading.kinds import kind_of
from ml_code.reading.ratings import RatingLookup
from ml_code.reading.survey import Survey, survey
from ml_code.reading.tables import CheckedColumn, NotText, Table
from ml_code.reading.text import review_text
from reviews.client.errors import InvalidArgument
from reviews.client.shell import option

Tell = Callable[[str], None]
TEXTS = ("texts", "column")  # what a column has, and the option that names it


@dataclass(frozen=True, kw_only=True)
class Review:
    """A row: its fields in the order of the header, and the text to predict, which is empty where
    the row has none."""

    fields: Sequence[str]
    text: str


class ReviewFile:
    """A file of rows to classify. Raises InvalidArgument for a file that cannot be read."""

    def __init__(
        self,
        path: Path,
        columns: Columns,
        is_rating: Callable[[str], bool] | None = None,
        *,
        asks_for: tuple[str, str] = TEXTS,
    ) -> None:
        """`is_rating` tests values of the rating column, by which the reader finds the rows where
        quotes are misplaced, as in the processing job. `asks_for` is what the column of the texts
        has, and the option of the command that names it."""
        self._path, self._table = path, _open(path, columns.text)
        self.header = list(self._table.header)
        found = resolved(self.header, _read_columns(columns))
        if found.text not in self.header:
            raise InvalidArgument(
                f"{path}: there is no column {columns.text!r}; the columns are "
                f"{listed(self.header)}: name that of the {asks_for[0]} with --{asks_for[1]}"
                f"{_suggestion(self.header, columns, asks_for)}"
            )
        with plain_errors(path):
            check_columns(path, self.header, replace(found, rating=""))
        self._text = self.header.index(found.text)
        has_title = found.title and found.title in self.header  # columns may have empty names
        self._title = self.header.index(found.title) if has_title else None
        self._checked = CheckedColumn(found.rating, is_rating) if is_rating else None

    def __iter__(self) -> Iterator[Review]:
        """Raises InvalidArgument at the first row that cannot be read for certain."""
        with plain_errors(self._path):
            for batch in self._table.read(self.header, self._checked):
                for fault in batch.faults:
                    self._refuse(fault.line, fault.reason)
                rows = zip(*batch.columns, strict=True)
                for line, fields in zip(batch.lines, rows, strict=True):
                    yield Review(fields=fields, text=self._text_of(line, fields))

    def _text_of(self, line: int, fields: Sequence[str]) -> str:
        body, title = fields[self._text], "" if self._title is None else fields[self._title]
        text = review_text(title, body)
        if text and (isinstance(body, NotText) or isinstance(title, NotText)):
            self._refuse(line, NOT_TEXT)
        return text

    def _refuse(self, line: int, reason: str) -> NoReturn:
        remedy = remedy_of(reason)
        raise InvalidArgument(
            f"{self._path}: {self._table.unit} {line} has {reason}{remedy and '; '}{remedy}"
        )

    def count(self) -> int:
        """The number of rows; reads the whole file, so that a fault is found before any request."""
        return sum(1 for _ in self)


def _suggestion(header: Sequence[str], columns: Columns, asks_for: tuple[str, str]) -> str:
    what, name = asks_for
    found = detect(header, ReadColumns(text=columns.text)) if what == TEXTS[0] else None
    return f", such as {option(name, found[1].text)}" if found else ""


def check_file(path: Path) -> None:
    """Raises InvalidArgument unless the path is a regular file, of a kind that is read."""
    if path.is_dir():
        raise InvalidArgument(
            f"{path}: is a folder; give one file of reviews (several of JSON Lines may be packed "
            f"into one: sed '' {file_word(path)}/*.jsonl | gzip > all.jsonl.gz)"
        )
    if path.exists() and not path.is_file():
        raise InvalidArgument(
            f"{path}: is a pipe or a device; save its content in a file, since it is read twice"
        )
    if not path.is_file():
        raise InvalidArgument(f"{path}: there is no such file")
    with plain_errors(path):
        kind_of(path)


def detect_columns(path: Path, columns: Columns, *, tell: Tell) -> Columns:
    """The columns of text, rating and title in a known export; `columns` where the file has those.

    Raises InvalidArgument for a file that has neither.
    """
    wanted = _read_columns(columns)
    header = list(_open(path, *wanted.required).header)
    if all(name in header for name in resolved(header, wanted).required):
        return columns
    found = detect(header, wanted)
    if found is None:
        raise InvalidArgument(
            f"{path}: --detect-columns knows no export like it; the columns are {listed(header)}: "
            "name yours, such as --set columns.text=COLUMN --set columns.rating=COLUMN"
        )
    export, detected = found
    tell(f"{path} looks like {export}: {' '.join(as_settings(detected))}")
    return Columns(text=detected.text, rating=detected.rating, title=detected.title)


def examine(
    path: Path,
    settings: Settings,
    columns: Columns,
    max_rejected_share: float,
    *,
    tell: Tell,
    progress: Callable[[float], None],
) -> Survey:
    """Reads the whole file as the processing job will.

    `progress` is called with the share that has been read, from 0 to 1, and `tell` with a sentence
    for each result. Raises InvalidArgument for a file that the processing job would refuse.
    """
    check_file(path)
    with plain_errors(path):
        found = survey(
            path,
            _read_columns(columns),
            parse(settings.labels.argument),
            max_rejected_share=max_rejected_share,
            shares=astuple(settings.shares),
            progress=progress,
        )
    for sentence in _sentences(found, columns):
        tell(f"{path.name}: {sentence}")
    return found


def open_texts(path: Path, column: str, settings: Settings) -> ReviewFile:
    """A file whose texts are in one column. Raises InvalidArgument for a file without it."""
    return ReviewFile(path, Columns(text=column, title=""), rating_test(settings))


def has_text(review: str) -> bool:
    """Whether a review has text after the processing job's cleaning."""
    return bool(review_text("", review))


def rating_test(settings: Settings) -> Callable[[str], bool]:
    """A function that tells whether a value is a rating by the labels of the settings."""
    return RatingLookup(parse(settings.labels.argument).ratings).is_rating


def _sentences(found: Survey, columns: Columns) -> Iterator[str]:
    classes = ", ".join(f"{name} {count}" for name, count in found.classes.items())
    yield f"{found.classes.total()} of {found.rows} rows can be used: {classes}"
    if found.duplicates:
        yield f"rows that repeat the text of another one, and are left out: {found.duplicates}"
    if found.rejects.counts:
        yield f"not used: {found.rejects.describe()}"
    if found.ratings != found.scale:
        (low, high), (lowest, highest) = found.ratings, found.scale
        yield (
            f"the ratings that are used go from {low} to {high}, and those of the classes from "
            f"{lowest} to {highest}: if the file has another scale, name it by the setting `labels`"
        )
    if found.has_title:
        yield f"the title {columns.title!r} is joined to the text {columns.text!r}"
    elif found.like_title:
        setting = option("set", f"columns.title={found.like_title}")
        yield f"no title is joined; if it is {found.like_title!r}, add {setting}"


def _open(path: Path, *wanted: str) -> Table:
    """The table; its delimiter is detected by the `wanted` columns, which the caller checks."""
    check_file(path)
    with plain_errors(path):
        table = open_table(path, wanted, whole_header=True)
    if table is None:
        raise InvalidArgument(f"{path}: the file is empty")
    return table


def _read_columns(columns: Columns) -> ReadColumns:
    return ReadColumns(text=columns.text, rating=columns.rating, title=columns.title)


@contextmanager
def plain_errors(path: Path) -> Iterator[None]:
    """Makes the reader's errors InvalidArgument, with the path and commands for it."""
    try:
        yield
    except FileError as error:
        raise InvalidArgument(error.described(error.path)) from error
    except UserError as error:
        raise InvalidArgument(f"{path}: {error}") from error
