"""How a job tells its user what went wrong: one plain line for a mistake, never a traceback."""

import argparse
import contextlib
import sys
import traceback
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import NoReturn

from reading.errors import UserError as UserError

_MESSAGE_LIMIT = 1000  # SageMaker cuts a processing job's ExitMessage at 1 KB


class ArgumentParser(argparse.ArgumentParser):
    """Raises UserError where argparse would print its usage and leave."""

    def error(self, message: str) -> NoReturn:
        raise UserError(f"argument error: {message}")


def share(value: str) -> float:
    """Argument type: a number from 0 to 1."""
    number = float(value)
    if not 0 <= number <= 1:
        raise argparse.ArgumentTypeError(f"{value} is not between 0 and 1")
    return number


def positive_int(value: str) -> int:
    """Argument type: a whole number of at least 1."""
    number = int(value)
    if number < 1:
        raise argparse.ArgumentTypeError(f"{value} is not at least 1")
    return number


def count(value: str) -> int:
    """Argument type: a whole number of at least 0."""
    number = int(value)
    if number < 0:
        raise argparse.ArgumentTypeError(f"{value} is not at least 0")
    return number


def positive_float(value: str) -> float:
    """Argument type: a number above 0."""
    number = float(value)
    if not 0 < number < float("inf"):
        raise argparse.ArgumentTypeError(f"{value} is not a number above 0")
    return number


def non_negative_float(value: str) -> float:
    """Argument type: a number of at least 0."""
    number = float(value)
    if not 0 <= number < float("inf"):
        raise argparse.ArgumentTypeError(f"{value} is not a number of at least 0")
    return number


def boolean(value: str) -> bool:
    """Argument type: true or false."""
    if value.lower() not in ("true", "false"):
        raise argparse.ArgumentTypeError(f"{value!r} is neither true nor false")
    return value.lower() == "true"


def run(main: Callable[[Sequence[str]], None], arguments: Sequence[str]) -> int:
    """Runs a script and returns its exit code; a failure also goes to --message-file."""
    try:
        main(arguments)
    except UserError as problem:
        message = " ".join(str(problem).split())
        print(message, file=sys.stderr, flush=True)
    except Exception as problem:
        traceback.print_exc()
        message = f"{type(problem).__name__}: {' '.join(str(problem).split())}"
    else:
        return 0
    _write_message(arguments, message)
    return 1


def _write_message(arguments: Sequence[str], message: str) -> None:
    finder = argparse.ArgumentParser(add_help=False, allow_abbrev=False)
    finder.add_argument("--message-file", type=Path)
    path = finder.parse_known_args(list(arguments))[0].message_file
    if path is None:
        return
    with contextlib.suppress(OSError):  # a full disk: the log says why, and that stays its end
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(message[:_MESSAGE_LIMIT], encoding="utf-8")
