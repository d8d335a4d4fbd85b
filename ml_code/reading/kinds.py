"""What kind of file it is, by how its content begins, whatever its name is."""

import gzip
import shlex
import zlib
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path
from typing import IO, cast

from .errors import UserError
from .foreign import first_text, foreign_kind

DELIMITED, JSON_LINES, PARQUET = "CSV", "JSON Lines", "Parquet"
_HEAD_BYTES = 4096
_GZIP = b"\x1f\x8b"


def kind_of(path: Path) -> str:
    """DELIMITED, JSON_LINES or PARQUET; an empty text for an empty file.

    Raises UserError for any other kind, with what it is and how to convert it.
    """
    with opened(path) as (content, raw):
        head, is_packed = content.read(_HEAD_BYTES), content is not raw
    foreign = foreign_kind(head)
    if foreign is not None:
        name = path.name.removesuffix(".gz") if is_packed else path.name
        remedy = foreign.remedy.format(name=shlex.quote(name))
        first = (
            f"is a gzip file that contains {foreign.what}; unpack it: gunzip {_quoted(path)}; then "
        )
        fault = first if is_packed else f"the file is {foreign.what}; "
        raise UserError(f"{path.name}: {fault}{remedy}")
    if not head:
        return ""
    if head.startswith(b"PAR1"):
        return PARQUET
    return JSON_LINES if first_text(head).startswith("{") else DELIMITED


@contextmanager
def opened(path: Path) -> Iterator[tuple[IO[bytes], IO[bytes]]]:
    """(content, file on disk). They differ when the file is compressed, whatever its name is."""
    try:
        raw = path.open("rb")
    except OSError as error:
        raise UserError(f"{path.name}: cannot be opened: {error.strerror}") from error
    with raw:
        try:
            is_packed = raw.read(len(_GZIP)) == _GZIP
            raw.seek(0)
            with gzip.open(raw) if is_packed else nullcontext(raw) as content:
                yield cast(IO[bytes], content), raw
        except (gzip.BadGzipFile, zlib.error, EOFError) as error:
            raise UserError(
                f"{path.name}: not a whole gzip file: {error}; copy it again, or see what "
                f"gzip --test {_quoted(path)} says"
            ) from error
        except OSError as error:
            reason = error.strerror or error
            raise UserError(f"{path.name}: cannot be read: {reason}") from error


def _quoted(path: Path) -> str:
    return shlex.quote(path.name)
