"""Shell commands that convert a file, which messages print for the user to paste.

None of them changes the file: what a filter writes is named after it, in the folder where the user
is.
"""

import re
import shlex
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

_PACKED = re.compile(r"\.(gz|bz2|xz|zst|lz4)$", re.IGNORECASE)


class Command(Protocol):
    """A command line that converts or mends a file."""

    def on(self, path: Path, decoders: Sequence[str]) -> str:
        """The command line; `decoders` are the filters that make the file plain before it."""


@dataclass(frozen=True)
class Filter:
    """Programs that read standard input and write standard output, one after the other.

    `ending` is that of the new file; empty: that of the old one. Without `writes` there is no
    output.
    """

    programs: Sequence[str]
    ending: str = ""
    writes: bool = True

    def on(self, path: Path, decoders: Sequence[str]) -> str:
        first, *others = [*decoders, *self.programs]
        line = " | ".join([f"{first} < {file_word(path)}", *others])
        return f"{line} > {_converted(path, self.ending)}" if self.writes else line


@dataclass(frozen=True)
class Program:
    """A program that opens the file itself, since it does not read it from first to last."""

    before: str
    after: str = ""
    ending: str = ""  # of the file that it writes to standard output; empty: it does not

    def on(self, path: Path, decoders: Sequence[str]) -> str:
        unpack = f"{DECODE.on(path, decoders)} && " if decoders else ""
        file = _converted(path) if decoders else file_word(path)
        target = f" > {_converted(path, self.ending)}" if self.ending else ""
        return f"{unpack}{self.before} {file}{self.after}{target}"


@dataclass(frozen=True)
class GitLfsPull:
    """Fetches the data of the repository in which the file is."""

    def on(self, path: Path, decoders: Sequence[str]) -> str:  # noqa: ARG002 - a pointer is plain
        folder = path.parent
        return "git lfs pull" if folder == Path() else f"git -C {file_word(folder)} lfs pull"


DECODE = Filter(())


def file_word(path: Path) -> str:
    """A path in a command line: as a shell reads it, and never an option of a program."""
    text = str(path)
    return shlex.quote(f"./{text}" if text.startswith("-") else text)


def _converted(path: Path, ending: str = "") -> str:
    """The name of the converted file, such as converted-reviews.jsonl. It differs from the file's
    own, since `>` would empty that file first."""
    name = _PACKED.sub("", path.name)
    return shlex.quote(f"converted-{Path(name).stem if ending else name}{ending}")
