"""How commands answer: to a person or, with --json, to a program.

A command returns an Answer, or a Stream of what comes by and by. Nothing else is on stdout: with
--json one JSON document, or a line of JSON for each item of a stream. Errors are {"error": ...}
there, and otherwise a message on stderr, where progress and notes are in any case.
"""

import inspect
import json
import os
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from functools import wraps
from io import TextIOWrapper
from pathlib import Path
from typing import Annotated, Any, NoReturn, ParamSpec

import typer
from boto3.exceptions import Boto3Error
from botocore.exceptions import BotoCoreError, ClientError
from rich.console import Console
from rich.progress import Progress
from typer.core import TyperGroup
from typer.exceptions import TyperException

from localcloud.core.loopback import no_proxy
from reviews.client.errors import Interrupted, InvalidArgument, ReviewsError

P = ParamSpec("P")
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]
if sys.stdout is None:  # closed by who started it; print() is silent then, and others are not
    sys.stdout = Path(os.devnull).open("w")  # noqa: SIM115 - to the end of the process
_SIGPIPE_CODE = 128 + 13  # of a program that its reader has left, as a shell reports it


class _Output(Console):
    """Ends like other programs when its reader has left, such as `head -1`."""

    def on_broken_pipe(self) -> None:
        end_of_reader()


def end_of_reader() -> NoReturn:
    """Ends quietly; what is still to be printed goes nowhere."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    sys.exit(_SIGPIPE_CODE)


# A file or a program gets a table with each row on one line; a terminal has a width of its own.
console = _Output(width=None if sys.stdout.isatty() else 1000)
notes = Console(stderr=True)
_JSON = "as_json"
# What a user can put right; anything else is a mistake of ours and keeps its traceback.
_PLAIN = (ReviewsError, ClientError, BotoCoreError, Boto3Error, OSError)


@dataclass(frozen=True, kw_only=True)
class Answer:
    """The same for a program and for a person."""

    document: Any
    show: Callable[[Console], object]
    exit_code: int = 0


@dataclass(frozen=True, kw_only=True)
class Stream:
    """Items as they come, each a JSON document; `show` prints one for a person."""

    items: Iterable[Any]
    show: Callable[[Console, Any], object]


def answers(command: Callable[..., Answer | Stream]) -> Callable[..., None]:
    """Makes a typer command with --json of a function that returns its answer.

    A function that does something else for a program has a parameter `as_json`.
    """
    signature = inspect.signature(command)
    asks = _JSON in signature.parameters

    @wraps(command)
    def run(*args: Any, as_json: bool = False, **kwargs: Any) -> None:
        more = {_JSON: as_json} if asks else {}
        code = _code(lambda: command(*args, **kwargs, **more), as_json=as_json)
        if code:
            raise typer.Exit(code)

    if not asks:
        option = inspect.Parameter(
            _JSON, inspect.Parameter.KEYWORD_ONLY, default=False, annotation=AsJson
        )
        run.__signature__ = signature.replace(  # type: ignore[attr-defined] # typer reads it
            parameters=[*signature.parameters.values(), option]
        )
        run.__annotations__ = {**command.__annotations__, _JSON: AsJson}
    return run


def plain_errors(command: Callable[P, None]) -> Callable[P, None]:
    """For a script without --json: shows what a user can put right as one message."""

    @wraps(command)
    def run(*args: P.args, **kwargs: P.kwargs) -> None:
        print_any_character()
        try:
            command(*args, **kwargs)
        except _PLAIN as error:
            sys.exit(_fail(error, as_json=False))

    return run


def print_any_character() -> None:
    """What the encoding of a stream lacks is written as an escape, such as \\u2713."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")


def message(text: str) -> Callable[[Console], object]:
    """Shows a sentence, in which nothing is markup."""
    return lambda to: to.print(text, markup=False, highlight=False, soft_wrap=True)


def note(text: str) -> None:
    """Says something beside the answer."""
    message(text)(notes)


@contextmanager
def reading(file: Path) -> Iterator[Callable[[float], None]]:
    """Shows on a terminal how much of a file has been read; gives what takes that share."""
    bar = Progress(console=notes, transient=True, disable=not notes.is_terminal)
    with bar:
        task = bar.add_task(f"Reading {file.name}", total=1.0)
        yield lambda share: bar.update(task, completed=share)


def confirm(question: str, *, as_json: bool) -> None:
    """Asks, and ends the command without a yes. Raises InvalidArgument with --json."""
    if as_json:
        raise InvalidArgument("--json asks nothing: add --yes")
    typer.confirm(question, abort=True, err=True)


def _code(command: Callable[[], Answer | Stream], *, as_json: bool) -> int:
    """Prints what the command answers, or why it cannot; the exit code."""
    try:
        answer = command()
        if isinstance(answer, Stream):
            for item in answer.items:
                _print_item(answer, item, as_json=as_json)
            return 0
        _print(answer, as_json=as_json)
    except BrokenPipeError:
        end_of_reader()
    except KeyboardInterrupt:
        return _fail(Interrupted("Interrupted."), as_json=as_json)
    except _PLAIN as error:
        return _fail(error, as_json=as_json)
    return answer.exit_code


def _print(answer: Answer, *, as_json: bool) -> None:
    if as_json:
        typer.echo(_text(answer.document, indent=2))
    else:
        answer.show(console)


def _print_item(stream: Stream, item: Any, *, as_json: bool) -> None:
    if as_json:
        typer.echo(_text(item))
    else:
        stream.show(console, item)


def _fail(error: Exception, *, as_json: bool) -> int:
    code: int = getattr(error, "exit_code", 1)
    if as_json:
        try:
            typer.echo(_text(_failure(error), indent=2))
        except OSError:  # such as that of a full disk, which is the error that is told
            _say(error)
    else:
        _say(error)
    return code


def _say(error: Exception) -> None:
    notes.print(str(error), style="red", markup=False, highlight=False, soft_wrap=True)


def _failure(error: Exception) -> dict[str, dict[str, str]]:
    kind = type(error).__name__
    if isinstance(error, ClientError):
        kind = error.response["Error"].get("Code", kind)
    text = error.format_message() if isinstance(error, TyperException) else str(error)
    return {"error": {"kind": kind, "message": text}}


def _text(document: Any, indent: int | None = None) -> str:
    return json.dumps(document, indent=indent, default=_plain)


def _plain(value: Any) -> str:
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, Path):
        return str(value)
    raise TypeError(f"{type(value).__name__} has no form in JSON")


class Group(TyperGroup):
    """The commands; a wrong use of them is answered in JSON, too, where JSON was asked for."""

    def main(
        self,
        args: Sequence[str] | None = None,
        prog_name: str | None = None,
        complete_var: str | None = None,
        standalone_mode: bool = True,
        windows_expand_args: bool = True,
        **extra: Any,
    ) -> Any:
        print_any_character()
        os.environ.update(no_proxy(os.environ))
        words = sys.argv[1:] if args is None else list(args)
        as_json = standalone_mode and "--json" in _before_texts(words)
        try:
            code = super().main(
                args,
                prog_name,
                complete_var,
                standalone_mode and not as_json,
                windows_expand_args,
                **extra,
            )
        except TyperException as error:
            if not as_json:
                raise
            code = _fail(error, as_json=True)
        if as_json:
            sys.exit(code)
        return code


def _before_texts(words: list[str]) -> list[str]:
    """After a -- there are no options."""
    return words[: words.index("--")] if "--" in words else words
