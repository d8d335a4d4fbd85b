"""The output of commands: for a person or, with --json, for a program.

A command returns an Answer, or a Stream whose items follow one by one. Nothing else is on stdout:
with --json one JSON document, or a line of JSON for each item of a stream. Errors are
{"error": ...} there, and otherwise a message on stderr, where progress and notes always are.
"""

import inspect
import json
import os
import re
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
from reviews.client.shell import reviews_command

P = ParamSpec("P")
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]
if sys.stdout is None:  # closed by the parent process; print() ignores that, but others do not
    sys.stdout = Path(os.devnull).open("w")  # noqa: SIM115 - to the end of the process
# Codes of ClientErrors, such as ExpiredToken, UnrecognizedClientException and AccessDenied.
_OF_CALLER = re.compile("Token|UnrecognizedClient|AccessDenied|AuthFailure|SignatureDoesNotMatch")
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
_JSON = "as_json"
# Errors that a user can correct are shown as a message; all others are bugs and keep the traceback.
_USER_ERRORS = (ReviewsError, ClientError, BotoCoreError, Boto3Error, OSError)


@dataclass(frozen=True, kw_only=True)
class Answer:
    """The result of a command."""

    document: Any  # for a program, as JSON
    show: Callable[[Console], object]  # prints the same for a person
    exit_code: int = 0


@dataclass(frozen=True, kw_only=True)
class Stream:
    """Results that follow one by one, each a JSON document; `show` prints one for a person."""

    items: Iterable[Any]
    show: Callable[[Console, Any], object]


def with_json_option(command: Callable[..., Answer | Stream]) -> Callable[..., None]:
    """A decorator that makes a function that returns its result a typer command with --json.

    A function that behaves differently for a program has a parameter `as_json` itself.
    """
    signature = inspect.signature(command)
    has_parameter = _JSON in signature.parameters

    @wraps(command)
    def run(*args: Any, as_json: bool = False, **kwargs: Any) -> None:
        more = {_JSON: as_json} if has_parameter else {}
        env = str(kwargs.get("env") or kwargs.get("target") or "")
        code = _run(lambda: command(*args, **kwargs, **more), as_json=as_json, env=env)
        if code:
            raise typer.Exit(code)

    if not has_parameter:
        option = inspect.Parameter(
            _JSON, inspect.Parameter.KEYWORD_ONLY, default=False, annotation=AsJson
        )
        run.__signature__ = signature.replace(  # type: ignore[attr-defined] # typer reads it
            parameters=[*signature.parameters.values(), option]
        )
        run.__annotations__ = {**command.__annotations__, _JSON: AsJson}
    return run


def with_error_messages(command: Callable[P, None]) -> Callable[P, None]:
    """A decorator for a script without --json: errors that a user can correct become messages."""

    @wraps(command)
    def run(*args: P.args, **kwargs: P.kwargs) -> None:
        escape_unencodable_characters()
        try:
            command(*args, **kwargs)
        except _USER_ERRORS as error:
            sys.exit(_report(error, as_json=False))

    return run


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


def _run(command: Callable[[], Answer | Stream], *, as_json: bool, env: str) -> int:
    """Prints the result of the command, or its error; returns the exit code."""
    try:
        answer = command()
        if isinstance(answer, Stream):
            for item in answer.items:
                _print_item(answer, item, as_json=as_json)
            return 0
        _print(answer, as_json=as_json)
    except BrokenPipeError:
        exit_on_broken_pipe()
    except KeyboardInterrupt:
        return _report(Interrupted("Interrupted."), as_json=as_json)
    except _USER_ERRORS as error:
        return _report(error, as_json=as_json, env=env)
    return answer.exit_code


def _print(answer: Answer, *, as_json: bool) -> None:
    if as_json:
        typer.echo(_to_json(answer.document, indent=2))
    else:
        answer.show(console)


def _print_item(stream: Stream, item: Any, *, as_json: bool) -> None:
    if as_json:
        typer.echo(_to_json(item))
    else:
        stream.show(console, item)


def _report(error: Exception, *, as_json: bool, env: str = "") -> int:
    """Prints the error of a command in the environment `env`; returns the exit code."""
    code: int = getattr(error, "exit_code", 1)
    advice = _advice(error, env)
    if as_json:
        try:
            typer.echo(_to_json(_error_document(error, advice), indent=2))
        except OSError:  # of a full disk, for example: then stderr has the error
            _print_error(f"{error}{advice}")
    else:
        _print_error(f"{error}{advice}")
    return code


def _print_error(text: str) -> None:
    notes.print(text, style="red", markup=False, highlight=False, soft_wrap=True)


def _advice(error: Exception, env: str) -> str:
    """The command that finds the cause of an error of credentials, permissions or the
    connection."""
    code = error.response["Error"].get("Code", "") if isinstance(error, ClientError) else ""
    if not env or not (isinstance(error, BotoCoreError) or _OF_CALLER.search(code)):
        return ""
    doctor = reviews_command("doctor", env=env)
    return f"{'' if str(error).endswith('.') else '.'} What is missing: {doctor}"


def _error_document(error: Exception, advice: str) -> dict[str, dict[str, str]]:
    kind = type(error).__name__
    if isinstance(error, ClientError):
        kind = error.response["Error"].get("Code", kind)
    text = error.format_message() if isinstance(error, TyperException) else str(error)
    return {"error": {"kind": kind, "message": f"{text}{advice}"}}


def _to_json(document: Any, indent: int | None = None) -> str:
    return json.dumps(document, indent=indent, default=_json_value)


def _json_value(value: Any) -> str:
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, Path):
        return str(value)
    raise TypeError(f"{type(value).__name__} cannot be written as JSON")


class Group(TyperGroup):
    """The commands. With --json an error of their use, such as an unknown option, is JSON, too."""

    def main(
        self,
        args: Sequence[str] | None = None,
        prog_name: str | None = None,
        complete_var: str | None = None,
        standalone_mode: bool = True,
        windows_expand_args: bool = True,
        **extra: Any,
    ) -> Any:
        escape_unencodable_characters()
        os.environ.update(no_proxy(os.environ))
        words = sys.argv[1:] if args is None else list(args)
        as_json = standalone_mode and "--json" in _before_double_dash(words)
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
            code = _report(error, as_json=True)
        if as_json:
            sys.exit(code)
        return code


def _before_double_dash(words: list[str]) -> list[str]:
    """The words that may be options: those before `--`."""
    return words[: words.index("--")] if "--" in words else words
