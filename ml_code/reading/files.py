"""The files of reviews in a folder, and their rows chunk by chunk."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from .columns import Columns, check_columns, resolved
from .delimited import Delimited
from .errors import FileError
from .json_lines import JsonLines
from .kinds import JSON_LINES, PARQUET, kind_of
from .parquet import Parquet
from .tables import CheckedColumn, Fault, Table

# What desktops leave in folders; Spark and Hive skip names that begin with a dot or underscore.
_HIDDEN = (".", "_", "~$")  # the last are locks of Office
_LEFT_BEHIND = ("thumbs.db", "desktop.ini")


@dataclass(frozen=True, kw_only=True)
class Chunk:
    """Some rows of a file, one entry for each row in every list; `faults` cannot be read.

    `lines` are where rows begin, counted from 1 in `unit`s: lines, or rows for Parquet.
    """

    file: str
    unit: str
    rating_column: str
    lines: Sequence[int]
    texts: Sequence[str]
    titles: Sequence[str]
    ratings: Sequence[str]
    faults: Sequence[Fault]
    share_read: float  # of all bytes of all files, once this chunk is read

    def where(self, line: int) -> str:
        """File and line or row, for messages."""
        return f"{self.file} {self.unit} {line}"


def review_files(folder: Path) -> list[Path]:
    """The files of a folder (or the one file given), in order of name, without hidden and empty
    ones. Raises FileError when there is none."""
    if folder.is_file():
        return [folder]
    found = sorted(path for path in folder.rglob("*") if path.is_file())
    files = [path for path in found if not _is_hidden(path.relative_to(folder))]
    filled = [path for path in files if path.stat().st_size]
    if filled or files:
        return filled or files[:1]
    names = ", ".join(path.name for path in found[:5]) or "nothing"
    raise FileError(folder, f"no file of reviews; found {names}")


def open_table(path: Path, wanted: Sequence[str], *, whole_header: bool = False) -> Table | None:
    """The table in a file; None for an archive of an empty file.

    The `wanted` columns help to find the delimiter, and fields of objects; with `whole_header` all
    of a JSON Lines file is read for its keys. Raises FileError when the file is empty or of another
    kind.
    """
    try:
        size = path.stat().st_size
    except OSError as error:
        raise FileError(path, f"cannot be read: {error.strerror}") from error
    if not size:
        raise FileError(path, "the file is empty")
    kind = kind_of(path)
    if not kind:
        return None
    if kind == PARQUET:
        return Parquet(path, wanted)
    if kind == JSON_LINES:
        return JsonLines(path, wanted, whole=whole_header)
    return Delimited(path, wanted)


def open_tables(folder: Path, columns: Columns) -> list[tuple[Path, Table]]:
    """The tables of a folder or of one file, checked before the first row is read.

    Raises FileError for a file that cannot be read or lacks a column.
    """
    files = review_files(folder)
    tables = []
    for path in files:
        table = open_table(path, columns.required)
        if table is not None:
            check_columns(path, table.header, resolved(table.header, columns))
            tables.append((path, table))
    if not tables:
        raise FileError(files[0], "the file is empty")
    return tables


def has_title(tables: Sequence[tuple[Path, Table]], columns: Columns) -> bool:
    """Whether a title is joined to the texts of any of the files."""
    titles = ((resolved(table.header, columns).title, table.header) for _, table in tables)
    return any(title and title in header for title, header in titles)


def read_chunks(
    tables: Sequence[tuple[Path, Table]], columns: Columns, checked: CheckedColumn
) -> Iterator[Chunk]:
    """All rows of all files: each is in a chunk, or among the faults of one."""
    sizes = [path.stat().st_size for path, _ in tables]
    for at, (path, table) in enumerate(tables):
        before, found = sum(sizes[:at]), resolved(table.header, columns)
        names = [found.text, found.rating, *([found.title] if found.title else [])]
        of_file = CheckedColumn(found.rating, checked.is_valid)
        for batch in table.read(names, of_file):
            texts, ratings = batch.columns[:2]
            titles = batch.columns[2] if found.title else ("",) * len(texts)
            yield Chunk(
                file=path.name,
                unit=table.unit,
                rating_column=found.rating,
                lines=batch.lines,
                texts=texts,
                titles=titles,
                ratings=ratings,
                faults=batch.faults,
                share_read=min(1.0, (before + batch.position) / sum(sizes)),
            )


def _is_hidden(path: Path) -> bool:
    is_hidden = any(part.startswith(_HIDDEN) for part in path.parts)
    return is_hidden or path.name.lower() in _LEFT_BEHIND
