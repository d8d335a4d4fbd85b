"""The lines of a text file: UTF-8, with or without a byte order mark, or UTF-16 with one."""

import codecs
from collections.abc import Iterator
from io import StringIO
from pathlib import Path
from typing import IO, NoReturn

from .commands import Filter
from .errors import FileError
from .foreign import to_utf8
from .kinds import file_error

_BLOCK_BYTES = 1 << 20
_LONGEST_LINE = 1 << 24  # characters; a longer one is no line of text
_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)


class Decoder:
    """Decodes the content of a file block by block. FileError has its first wrong byte."""

    def __init__(self, content: IO[bytes], path: Path) -> None:
        self._content, self._path = content, path
        self._lines = 0  # decoded so far
        self._is_ascii = True  # what is decoded so far

    def lines(self) -> Iterator[list[str]]:
        """The lines with their ends (`\\n`, `\\r\\n` or `\\r`), some at a time, without NULs.

        The csv module of Python before 3.11 refuses a NUL, which has no meaning in a text.
        """
        rest = ""
        for text in self._texts():
            lines = StringIO(rest + text.replace("\0", ""), newline="").readlines()
            # The last line may continue in the next block, and a last "\r" may be half of "\r\n".
            rest = lines.pop() if lines and not lines[-1].endswith("\n") else ""
            if len(rest) > _LONGEST_LINE:
                line = self._lines + len(lines) + 1
                raise FileError(
                    self._path,
                    f"line {line} has more than {_LONGEST_LINE:,} characters; a review is a line, "
                    "or a quoted field of a few lines",
                )
            self._lines += len(lines)
            if lines:
                yield lines
        if rest:
            yield [rest]

    def _texts(self) -> Iterator[str]:
        block = self._content.read(_BLOCK_BYTES)
        mark, encoding = next(
            (pair for pair in _MARKS if block.startswith(pair[0])), (b"", "utf-8")
        )
        decoder = codecs.getincrementaldecoder(encoding)()
        offset = 0
        while mark and block.startswith(mark, offset):  # programs add one to one
            offset += len(mark)
        block = block[offset:]
        while True:
            pending = len(decoder.getstate()[0])
            try:
                text = decoder.decode(block, final=not block)
                self._is_ascii = self._is_ascii and text.isascii()
                yield text
            except UnicodeDecodeError as error:
                yield error.object[: error.start].decode(encoding)  # so that lines are counted
                self._refuse(error, encoding, offset - pending)
            if not block:
                return
            offset += len(block)
            block = self._content.read(_BLOCK_BYTES)

    def _refuse(self, error: UnicodeDecodeError, encoding: str, start: int) -> NoReturn:
        byte, offset = error.object[error.start], start + error.start
        where = f"byte 0x{byte:02x} in line {self._lines + 1}, at offset {offset}"
        problem = f"not {encoding.upper()}: {where} ({error.reason})"
        if encoding != "utf-8":
            raise FileError(self._path, f"{problem}; the file is damaged: copy it again") from error
        if error.reason == "unexpected end of data":
            raise FileError(self._path, f"{problem}; the file is cut off: copy it again") from error
        if not self._is_ascii or _is_mostly_utf8(error.object):
            raise file_error(
                self._path,
                f"{problem}. Most of the file is UTF-8: mend this line, or leave such bytes out",
                Filter(("iconv -c -f UTF-8 -t UTF-8",)),
            ) from error
        raise file_error(
            self._path,
            f"{problem}. Convert it from its encoding, such as WINDOWS-1252 (for Latin-1, too), "
            "WINDOWS-1251, SHIFT_JIS or GB18030",
            to_utf8("WINDOWS-1252"),
        ) from error


def _is_mostly_utf8(block: bytes) -> bool:
    """Whether more letters beyond ASCII are right than wrong: texts that were cut within a letter,
    or a few rows of another encoding, must not change the encoding of all others."""
    text = block.decode("utf-8", "replace")
    wrong = text.count("\ufffd")
    return sum(not letter.isascii() for letter in text) > 2 * wrong
