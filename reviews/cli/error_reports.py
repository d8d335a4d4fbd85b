"""The errors of commands: a message on stderr or, with --json, {"error": ...} on stdout."""

import re

import typer
from boto3.exceptions import Boto3Error
from botocore.exceptions import BotoCoreError, ClientError
from typer.exceptions import TyperException

from reviews.cli.output import notes, to_json
from reviews.client.errors import ReviewsError
from reviews.client.shell import reviews_command

# Errors that a user can correct are shown as a message; all others are bugs and keep the traceback.
USER_ERRORS = (ReviewsError, ClientError, BotoCoreError, Boto3Error, OSError)
# Codes of ClientErrors, such as ExpiredToken, UnrecognizedClientException and AccessDenied.
_OF_CALLER = re.compile("Token|UnrecognizedClient|AccessDenied|AuthFailure|SignatureDoesNotMatch")


def report(error: Exception, *, as_json: bool, env: str = "") -> int:
    """Prints the error of a command in the environment `env`; returns the exit code."""
    code: int = getattr(error, "exit_code", 1)
    advice = _advice(error, env)
    if as_json:
        try:
            typer.echo(to_json(_error_document(error, advice), indent=2))
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
