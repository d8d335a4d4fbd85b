"""What the commands have in common: their options, and how errors are shown."""

import sys
from collections.abc import Callable
from functools import wraps
from typing import Annotated, ParamSpec

import typer
from botocore.exceptions import BotoCoreError, ClientError
from rich.console import Console

from cli.errors import CliError

P = ParamSpec("P")
Env = Annotated[str, typer.Option("--env", help="The environment: local, dev, staging or prod.")]
Name = Annotated[str, typer.Option("--name", help="The execution's name; default: the latest.")]


def plain_errors(command: Callable[P, None]) -> Callable[P, None]:
    """Shows what a user can put right as one message, and exits with 1."""

    @wraps(command)
    def run(*args: P.args, **kwargs: P.kwargs) -> None:
        try:
            command(*args, **kwargs)
        except (CliError, ClientError, BotoCoreError) as error:
            Console(stderr=True).print(
                str(error), style="red", markup=False, highlight=False, soft_wrap=True
            )
            sys.exit(1)

    return run
