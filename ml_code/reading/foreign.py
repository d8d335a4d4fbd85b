"""Kinds of files that are not read: what each is, and how to convert it."""

import codecs
import re
from dataclasses import dataclass

from .commands import Command, Filter, GitLfsPull, Program

GZIP = b"\x1f\x8b"
_HEADER_BYTES = 64
_UTF32_MARK = b"\xff\xfe\0\0"  # begins like that of UTF-16
_UTF16_MARKS = (b"\xff\xfe", b"\xfe\xff")
READS = "CSV, TSV, JSON Lines and Parquet are read, also with gzip"


def to_utf8(encoding: str) -> Filter:
    """A filter that converts a file from this encoding, by iconv's name."""
    return Filter((f"iconv -f {encoding} -t UTF-8",))


@dataclass(frozen=True)
class Foreign:
    """A kind of file that is not read, and how to convert it: in words, and by a command."""

    begins: bytes
    what: str
    remedy: str
    command: Command | None = None


# The first bytes by https://en.wikipedia.org/wiki/List_of_file_signatures; of pickles by
# https://docs.python.org/3/library/pickletools.html, of Git LFS by
# https://github.com/git-lfs/git-lfs/blob/main/docs/spec.md
_FOREIGN = (
    Foreign(b"PK\x03\x04", "a zip archive", "unpack it", Program("unzip")),
    Foreign(b"PK\x05\x06", "an empty zip archive", READS),
    Foreign(GZIP, "another gzip file", "unpack both", Filter(("zcat",))),
    Foreign(
        b"\xd0\xcf\x11\xe0", "an Excel workbook (.xls)", "save it in Excel as CSV UTF-8 (.csv)"
    ),
    Foreign(b"BZh", "compressed by bzip2", "unpack it", Filter(("bunzip2",))),
    Foreign(b"\xfd7zXZ\0", "compressed by xz", "unpack it", Filter(("unxz",))),
    Foreign(b"\x28\xb5\x2f\xfd", "compressed by Zstandard", "unpack it", Filter(("unzstd",))),
    Foreign(b"\x04\x22\x4d\x18", "compressed by LZ4", "unpack it", Filter(("unlz4",))),
    Foreign(b"7z\xbc\xaf\x27\x1c", "a 7-Zip archive", "unpack it", Program("7z x")),
    Foreign(b"Rar!\x1a", "a RAR archive", "unpack it", Program("unrar x")),
    Foreign(b"%PDF", "a PDF document", READS),
    Foreign(b"ORC", "an ORC file", "write it as Parquet"),
    Foreign(b"Obj\x01", "an Avro file", "write it as Parquet"),
    Foreign(b"PARE", "an encrypted Parquet file", "write it without encryption"),
    Foreign(b"ARROW1", "an Arrow file", "write it as Parquet"),
    Foreign(
        b"SQLite format 3\0",
        "an SQLite database",
        "export the table",
        Program("sqlite3 -header -csv", " 'SELECT * FROM TABLE'", ".db.csv"),
    ),
    *(
        Foreign(
            bytes([0x80, protocol]),
            "a pickle of Python",
            "write it as Parquet: pandas.read_pickle(…).to_parquet('reviews.parquet')",
        )
        for protocol in range(2, 6)
    ),
    Foreign(b"\x93NUMPY", "an array of NumPy", "write it as CSV or Parquet"),
    Foreign(b"\x89HDF", "an HDF5 file", "write its table as CSV or Parquet"),
    Foreign(b"{\\rtf", "a document in RTF", "save it as plain text"),
    Foreign(
        b"version https://git-lfs",
        "a pointer of Git LFS, without the data",
        "fetch the data",
        GitLfsPull(),
    ),
    Foreign(_UTF32_MARK, "UTF-32", "convert it", to_utf8("UTF-32")),
    Foreign(b"\0\0\xfe\xff", "UTF-32", "convert it", to_utf8("UTF-32")),
)
_EXCEL = Foreign(b"", "an Excel workbook (.xlsx)", "save it in Excel as CSV UTF-8 (.csv)")
_OFFICE = Foreign(b"", "an OpenDocument spreadsheet (.ods)", "save it as CSV in UTF-8")
_BINARY = Foreign(b"", "a binary file of unknown kind", READS)
_NULS = Foreign(b"", "nothing but NUL bytes, as a failed copy leaves them", "copy it again")
_TAR = Foreign(b"", "a tar archive", "unpack it", Filter(("tar -xf -",), writes=False))
_JSON_ARRAY = Foreign(
    b"", "one JSON array", "write a line for each review", Filter(("jq -c '.[]'",), ".jsonl")
)
_JSON_ROWS = Foreign(
    b"",
    "JSON with a list for each row",
    'write an object for each review: {"Review Text": "…", "Rating": 5}',
)
_PYTHON = Foreign(
    b"",
    "Python dictionaries instead of JSON objects",
    "convert it",
    Filter(
        (
            "python3 -c 'import ast, json, sys; [print(json.dumps(ast.literal_eval(line.strip"
            "(chr(65279))))) for line in sys.stdin if line.strip()]'",  # without a byte order mark
        ),
        ".jsonl",
    ),
)
_PAGE = Foreign(b"", "a page of HTML or XML", READS)
_TAG = re.compile(r"<[!?a-z][^<>]*>", re.IGNORECASE)
_NO_TEXT_BYTES = bytes({*range(9), *range(14, 32)})  # control characters but white space
_MOST_IN_TEXT, _MOST_ELSE = 0.5, 0.05
_UTF16 = {
    at: Foreign(b"", "UTF-16 without a byte order mark", "convert it", to_utf8(encoding))
    for at, encoding in enumerate(("UTF-16BE", "UTF-16LE"))
}


def foreign_kind(head: bytes) -> Foreign | None:
    """The kind of a file by its first bytes; None for a file that may be readable."""
    if head.startswith(b"PK\x03\x04"):
        return _packed(head)
    if head[257:262] == b"ustar":
        return _TAR
    for foreign in _FOREIGN:
        if head.startswith(foreign.begins):
            return foreign
    if not head.startswith((*_UTF16_MARKS, b"PAR1")):
        found = _by_bytes(head)
        if found is not None:
            return found
    return _by_text(first_text(head))


def _packed(head: bytes) -> Foreign:
    """The kind of a zip archive, or of a file that is one inside, such as .xlsx."""
    if any(name in head for name in (b"xl/", b"[Content_Types]", b"docProps/")):
        return _EXCEL
    return _OFFICE if b"opendocument" in head else _FOREIGN[0]


def _by_bytes(head: bytes) -> Foreign | None:
    text = head.rstrip(b"\0")
    if head and not text:
        return _NULS
    # Latin letters in UTF-16, of which a header at least consists, have a NUL in every other byte.
    first = text[:_HEADER_BYTES]
    nulls = [first[at::2].count(0) for at in (0, 1)]
    if max(nulls) > len(first) // 4 and min(nulls) <= len(first) // 16:
        return _UTF16[nulls.index(max(nulls))]
    controls = sum(map(text.count, _NO_TEXT_BYTES)) / max(1, len(text))
    if _is_utf8(text):
        return _BINARY if controls > _MOST_IN_TEXT and b"\n" not in text else None
    return _BINARY if controls > _MOST_ELSE else None


def _is_utf8(text: bytes) -> bool:
    """The last character may be cut."""
    try:
        codecs.getincrementaldecoder("utf-8")().decode(text)
    except UnicodeDecodeError:
        return False
    return True


def _by_text(text: str) -> Foreign | None:
    if text.startswith(("{'", "{u'")):
        return _PYTHON
    if text.startswith("["):
        second = text[1:].lstrip()[:1]
        if second in ("{", "]", ""):
            return _JSON_ARRAY
        return _JSON_ROWS if second in ('"', "[") else None
    return _PAGE if _TAG.match(text) else None


def is_utf16(head: bytes) -> bool:
    """Whether a file begins with the byte order mark of UTF-16."""
    return head.startswith(_UTF16_MARKS) and not head.startswith(_UTF32_MARK)


def first_text(head: bytes) -> str:
    """How the file begins, after white space and a byte order mark."""
    return head.decode("utf-16" if is_utf16(head) else "utf-8-sig", "replace").lstrip()
