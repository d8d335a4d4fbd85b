"""What kind of file it is, by how its content begins, whatever its name is."""

import gzip
import zlib
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path
from typing import IO, cast

from .commands import DECODE, Command, Filter
from .errors import FileError
from .foreign import GZIP, READS, Foreign, first_text, foreign_kind, is_utf16, to_utf8

DELIMITED, JSON_LINES, PARQUET = "CSV", "JSON Lines", "Parquet"
_HEAD_BYTES = 4096


def kind_of(path: Path) -> str:
    """DELIMITED, JSON_LINES or PARQUET; an empty text for an empty file.

    Raises FileError for any other kind, with what it is and how to convert it.
    """
    with opened(path) as (content, raw):
        head = content.read(_HEAD_BYTES)
    foreign = foreign_kind(head)
    if foreign is not None:
        raise _of_foreign(path, foreign, is_packed=content is not raw)
    if not head:
        return ""
    if head.startswith(b"PAR1"):
        return PARQUET
    return JSON_LINES if first_text(head).startswith("{") else DELIMITED


def _of_foreign(path: Path, foreign: Foreign, *, is_packed: bool) -> FileError:
    what = f"{'is a gzip file that contains' if is_packed else 'the file is'} {foreign.what}"
    problem, command = f"{what}; {foreign.remedy}", foreign.command
    if is_packed and command is None and foreign.remedy != READS:
        problem, command = f"{problem}, after you have unpacked it", DECODE
    return file_error(path, problem, command)


def file_error(path: Path, problem: str, command: Command | None) -> FileError:
    """A FileError whose command, if there is one, first unpacks the file and converts it to UTF-8
    where it must."""
    if command is None:
        return FileError(path, problem)
    with opened(path) as (content, raw):
        decoders = ["zcat"] if content is not raw else []
        if is_utf16(content.read(_HEAD_BYTES)):
            decoders += to_utf8("UTF-16").programs
    return FileError(path, problem, command, decoders)


@contextmanager
def opened(path: Path) -> Iterator[tuple[IO[bytes], IO[bytes]]]:
    """(content, file on disk). They differ when the file is compressed, whatever its name is."""
    try:
        raw = path.open("rb")
    except OSError as error:
        raise FileError(path, f"cannot be opened: {error.strerror}") from error
    with raw:
        try:
            is_packed = raw.read(len(GZIP)) == GZIP
            raw.seek(0)
            with gzip.open(raw) if is_packed else nullcontext(raw) as content:
                yield cast(IO[bytes], content), raw
        except (gzip.BadGzipFile, zlib.error, EOFError) as error:
            raise FileError(
                path,
                f"not a whole gzip file: {error}; copy it again, or see what its test says",
                Filter(("gzip --test",), writes=False),
            ) from error
        except OSError as error:
            raise FileError(path, f"cannot be read: {error.strerror or error}") from error
