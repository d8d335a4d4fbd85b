"""How a job tells its user why it failed: one line for a mistake of theirs, never a traceback."""

import argparse
import contextlib
import os
import sys
import traceback
from collections.abc import Callable, Sequence
from pathlib import Path

from reading.errors import UserError

# SageMaker cuts a processing job's ExitMessage at 1 KB, and a training job's FailureReason at 1,024
# characters, which include a few words of its own.
_MESSAGE_LIMIT = 1000
_OUTPUT_VARIABLE = "SM_OUTPUT_DIR"  # set by the training toolkit
_DEFAULT_OUTPUT = "/opt/ml/output"


def run(main: Callable[[Sequence[str]], None], arguments: Sequence[str]) -> int:
    """Runs a script and returns its exit code: 0, or 1 after any exception.

    The reason goes to standard error, to --message-file, which becomes a processing job's
    ExitMessage, and to the file `failure` in the output folder, which becomes a training job's
    FailureReason. For a UserError it is its text, for any other exception its type and text.
    """
    try:
        main(arguments)
    except UserError as error:
        message = " ".join(str(error).split())
        print(message, file=sys.stderr, flush=True)
    except Exception as error:
        traceback.print_exc()
        message = f"{type(error).__name__}: {' '.join(str(error).split())}"
    else:
        return 0
    with contextlib.suppress(OSError):  # a full disk must not hide the reason in the log
        _write_message(arguments, _shortened(message))
    with contextlib.suppress(OSError):
        _write_failure(_shortened(message))
    return 1


def _shortened(message: str) -> str:
    return message if len(message) <= _MESSAGE_LIMIT else message[: _MESSAGE_LIMIT - 2] + " …"


def _write_message(arguments: Sequence[str], message: str) -> None:
    parser = argparse.ArgumentParser(add_help=False, allow_abbrev=False)
    parser.add_argument("--message-file", type=Path)
    path = parser.parse_known_args(list(arguments))[0].message_file
    if path is None:
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(message, encoding="utf-8")


def _write_failure(message: str) -> None:
    """The toolkit (sagemaker_training/files.py) keeps a failure file that is there.

    Without it the toolkit would report only what follows the name of a Python exception in standard
    error, and the line of a UserError has none: `ExitCode 1 ErrorMessage ""`.
    """
    folder = Path(os.environ.get(_OUTPUT_VARIABLE, _DEFAULT_OUTPUT))
    if folder.is_dir():
        with (
            contextlib.suppress(FileExistsError),  # the process that failed first has the reason
            (folder / "failure").open("x", encoding="utf-8") as file,
        ):
            file.write(message)
