"""What a command prints: its result on stdout; progress, notes and questions on stderr."""

import json
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from io import TextIOWrapper
from pathlib import Path
from typing import Any, NoReturn

import typer
from rich.console import Console
from rich.progress import Progress

from reviews.client.errors import InvalidArgument

if sys.stdout is None:  # closed by the parent process; print() ignores that, but others do not
    sys.stdout = Path(os.devnull).open("w")  # noqa: SIM115 - to the end of the process
_SIGPIPE_CODE = 128 + 13  # what a shell reports for a program that SIGPIPE has ended


class _Output(Console):
    """Ends as other programs do when the reader of a pipe has closed it, such as `head -1`."""

    def on_broken_pipe(self) -> None:
        exit_on_broken_pipe()


def exit_on_broken_pipe() -> NoReturn:
    """Ends without a message; what is still to be printed is discarded."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    sys.exit(_SIGPIPE_CODE)


# In a file or a pipe each row of a table is one line; a terminal has its own width.
console = _Output(width=None if sys.stdout.isatty() else 1000)
notes = Console(stderr=True)


def escape_unencodable_characters() -> None:
    """Writes characters that the encoding of a stream lacks as escapes, such as \\u2713."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")


def message(text: str) -> Callable[[Console], object]:
    """A function that prints a sentence as it is, without markup."""
    return lambda to: to.print(text, markup=False, highlight=False, soft_wrap=True)


def note(text: str) -> None:
    """Prints a sentence on stderr, beside the result."""
    message(text)(notes)


@contextmanager
def reading(file: Path) -> Iterator[Callable[[float], None]]:
    """Shows on a terminal how much of a file has been read; yields the function that takes that
    share, from 0 to 1."""
    bar = Progress(console=notes, transient=True, disable=not notes.is_terminal)
    with bar:
        task = bar.add_task(f"Reading {file.name}", total=1.0)
        yield lambda share: bar.update(task, completed=share)


def confirm(question: str, *, as_json: bool) -> None:
    """Asks, and ends the command unless the answer is yes. Raises InvalidArgument with --json."""
    if as_json:
        raise InvalidArgument("--json asks no questions: add --yes")
    typer.confirm(question, abort=True, err=True)


def to_json(document: Any, indent: int | None = None) -> str:
    """The text of a document, in which times and paths are texts."""
    return json.dumps(document, indent=indent, default=_json_value)


def _json_value(value: Any) -> str:
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, Path):
        return str(value)
    raise TypeError(f"{type(value).__name__} cannot be written as JSON")
