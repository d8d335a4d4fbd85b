"""The answers of commands: for a person or, with --json, for a program.

A command returns an Answer, or a Stream whose items follow one by one. Nothing else is on stdout:
with --json one JSON document, or a line of JSON for each item of a stream.
"""

import inspect
import os
import sys
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import wraps
from typing import Annotated, Any, ParamSpec

import typer
from rich.console import Console
from typer.core import TyperGroup
from typer.exceptions import TyperException

from localcloud.core.loopback import no_proxy
from reviews.cli.error_reports import USER_ERRORS, report
from reviews.cli.output import (
    console,
    escape_unencodable_characters,
    exit_on_broken_pipe,
    to_json,
)
from reviews.client.errors import Interrupted

P = ParamSpec("P")
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]
_JSON = "as_json"


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
        except USER_ERRORS as error:
            sys.exit(report(error, as_json=False))

    return run


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
        return report(Interrupted("Interrupted."), as_json=as_json)
    except USER_ERRORS as error:
        return report(error, as_json=as_json, env=env)
    return answer.exit_code


def _print(answer: Answer, *, as_json: bool) -> None:
    if as_json:
        typer.echo(to_json(answer.document, indent=2))
    else:
        answer.show(console)


def _print_item(stream: Stream, item: Any, *, as_json: bool) -> None:
    if as_json:
        typer.echo(to_json(item))
    else:
        stream.show(console, item)


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
            code = report(error, as_json=True)
        if as_json:
            sys.exit(code)
        return code


def _before_double_dash(words: list[str]) -> list[str]:
    """The words that may be options: those before `--`."""
    return words[: words.index("--")] if "--" in words else words
