"""How a job tells its user what went wrong: one plain line for a mistake, never a traceback."""

import argparse
import contextlib
import os
import sys
import traceback
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import NoReturn

from reading.errors import UserError as UserError

# SageMaker cuts a processing job's ExitMessage at 1 KB, and a training job's FailureReason at 1024
# characters, with words of its own before it.
_MESSAGE_LIMIT = 1000
# Where the training toolkit says that the output is; else where every container has it.
_OUTPUT = ("SM_OUTPUT_DIR", "/opt/ml/output")


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


def boolean(value: str) -> bool:
    """Argument type: true or false."""
    if value.lower() not in ("true", "false"):
        raise argparse.ArgumentTypeError(f"{value!r} is neither true nor false")
    return value.lower() == "true"


def run(main: Callable[[Sequence[str]], None], arguments: Sequence[str]) -> int:
    """Runs a script and returns its exit code.

    Why it failed goes to standard error, to --message-file, which becomes a processing job's
    ExitMessage, and to the output's file `failure`, which becomes a training job's FailureReason.
    """
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
    with contextlib.suppress(OSError):  # a full disk: the log says why, and that stays its end
        _write_message(arguments, _shortened(message))
    with contextlib.suppress(OSError):
        _write_failure(_shortened(message))
    return 1


def _shortened(message: str) -> str:
    return message if len(message) <= _MESSAGE_LIMIT else message[: _MESSAGE_LIMIT - 2] + " …"


def _write_message(arguments: Sequence[str], message: str) -> None:
    finder = argparse.ArgumentParser(add_help=False, allow_abbrev=False)
    finder.add_argument("--message-file", type=Path)
    path = finder.parse_known_args(list(arguments))[0].message_file
    if path is None:
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(message, encoding="utf-8")


def _write_failure(message: str) -> None:
    """The toolkit (sagemaker_training/files.py) keeps a file that is there.

    Without it the toolkit would tell only what follows the name of a Python error in standard
    error, which a UserError's line has not: `ExitCode 1 ErrorMessage ""`.
    """
    variable, default = _OUTPUT
    folder = Path(os.environ.get(variable, default))
    if folder.is_dir():
        with (
            contextlib.suppress(FileExistsError),
            (folder / "failure").open("x", encoding="utf-8") as file,
        ):  # of several processes the first one knows the reason
            file.write(message)
