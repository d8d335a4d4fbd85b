"""What kind of file it is, by how its content begins, whatever it is called."""

import gzip
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, cast

from .errors import UserError

DELIMITED, JSON_LINES, PARQUET = "CSV", "JSON Lines", "Parquet"
_HEAD_BYTES = 4096
_GZIP = b"\x1f\x8b"
_READS = "CSV, TSV, JSON Lines and Parquet are read, also with gzip"


@dataclass(frozen=True)
class _Foreign:
    """A kind of file that is not read, and how to make of it one that is."""

    begins: bytes
    what: str
    remedy: str


# The first bytes by https://en.wikipedia.org/wiki/List_of_file_signatures
_FOREIGN = (
    _Foreign(b"PK\x03\x04", "a zip archive", "unpack it: unzip {name}"),
    _Foreign(b"PK\x05\x06", "an empty zip archive", _READS),
    _Foreign(
        b"\xd0\xcf\x11\xe0", "an Excel workbook (.xls)", "save it in Excel as CSV UTF-8 (.csv)"
    ),
    _Foreign(b"BZh", "compressed by bzip2", "unpack it: bunzip2 {name}"),
    _Foreign(b"\xfd7zXZ\0", "compressed by xz", "unpack it: unxz {name}"),
    _Foreign(b"\x28\xb5\x2f\xfd", "compressed by Zstandard", "unpack it: unzstd {name}"),
    _Foreign(b"\x04\x22\x4d\x18", "compressed by LZ4", "unpack it: unlz4 {name}"),
    _Foreign(b"7z\xbc\xaf\x27\x1c", "a 7-Zip archive", "unpack it: 7z x {name}"),
    _Foreign(b"Rar!\x1a", "a RAR archive", "unpack it: unrar x {name}"),
    _Foreign(b"%PDF", "a PDF document", _READS),
    _Foreign(b"ORC", "an ORC file", "write it as Parquet"),
    _Foreign(b"Obj\x01", "an Avro file", "write it as Parquet"),
    _Foreign(b"PARE", "an encrypted Parquet file", "write it without encryption"),
    _Foreign(b"ARROW1", "an Arrow file", "write it as Parquet"),
    _Foreign(
        b"SQLite format 3\0",
        "an SQLite database",
        "export the table: sqlite3 -header -csv {name} 'SELECT * FROM TABLE' > reviews.csv",
    ),
    _Foreign(
        b"\xff\xfe\0\0", "UTF-32", "convert it: iconv -f UTF-32 -t UTF-8 {name} > utf-8-{name}"
    ),
    _Foreign(
        b"\0\0\xfe\xff", "UTF-32", "convert it: iconv -f UTF-32 -t UTF-8 {name} > utf-8-{name}"
    ),
)
_EXCEL = _Foreign(b"", "an Excel workbook (.xlsx)", "save it in Excel as CSV UTF-8 (.csv)")
_TAR = _Foreign(b"", "a tar archive", "unpack it: tar -xf {name}")
_JSON_ARRAY = _Foreign(
    b"", "one JSON array", "write a line for each review: jq -c '.[]' {name} > reviews.jsonl"
)
_PAGE = _Foreign(b"", "a page of HTML or XML", _READS)
_UTF16 = {
    0: _Foreign(
        b"",
        "UTF-16 without a byte order mark",
        "convert it: iconv -f UTF-16BE -t UTF-8 {name} > utf-8-{name}",
    ),
    1: _Foreign(
        b"",
        "UTF-16 without a byte order mark",
        "convert it: iconv -f UTF-16LE -t UTF-8 {name} > utf-8-{name}",
    ),
}


def kind_of(path: Path) -> str:
    """DELIMITED, JSON_LINES or PARQUET; empty for a file with nothing in it.

    Raises UserError for any other kind, which says what it is and how to convert it.
    """
    with opened(path) as (content, _):
        head = content.read(_HEAD_BYTES)
    foreign = _foreign(head)
    if foreign is not None:
        remedy = foreign.remedy.format(name=path.name)
        raise UserError(f"{path.name}: the file is {foreign.what}; {remedy}")
    if not head:
        return ""
    if head.startswith(b"PAR1"):
        return PARQUET
    return JSON_LINES if _first_text(head).startswith("{") else DELIMITED


@contextmanager
def opened(path: Path) -> Iterator[tuple[IO[bytes], IO[bytes]]]:
    """(content, file on disk): two things when the file is compressed, whatever its ending."""
    try:
        raw = path.open("rb")
    except OSError as error:
        raise UserError(f"{path.name}: cannot be opened: {error.strerror}") from error
    with raw:
        is_packed = raw.read(len(_GZIP)) == _GZIP
        raw.seek(0)
        if not is_packed:
            yield raw, raw
            return
        try:
            with gzip.open(raw) as content:
                yield cast(IO[bytes], content), raw
        except (gzip.BadGzipFile, zlib.error, EOFError) as error:
            raise UserError(f"{path.name}: not a whole gzip file: {error}") from error


def _foreign(head: bytes) -> _Foreign | None:
    if head.startswith(b"PK\x03\x04") and (b"xl/" in head or b"[Content_Types]" in head):
        return _EXCEL
    if head[257:262] == b"ustar":
        return _TAR
    for foreign in _FOREIGN:
        if head.startswith(foreign.begins):
            return foreign
    if not head.startswith((b"\xff\xfe", b"\xfe\xff")):
        # Latin letters in UTF-16 have a NUL in every other byte.
        nulls = [head[at::2].count(0) for at in (0, 1)]
        if max(nulls) > len(head) // 4:
            return _UTF16[nulls.index(max(nulls))]
    text = _first_text(head)
    if text.startswith("["):
        return _JSON_ARRAY if text[1:].lstrip()[:1] in ("{", "]", "") else None
    return _PAGE if text[:9].lower().startswith(("<!doctype", "<html", "<?xml")) else None


def _first_text(head: bytes) -> str:
    is_utf16 = head.startswith((b"\xff\xfe", b"\xfe\xff"))
    return head.decode("utf-16" if is_utf16 else "utf-8-sig", "replace").lstrip()
