"""`reviews console`."""

from typing import Annotated

import typer

from cli.aws import Environment
from cli.options import Env
from cli.output import plain_errors


@plain_errors
def console(
    env: Env = "local",
    port: Annotated[int, typer.Option(min=0, max=65535, help="0: any that is free.")] = 0,
    no_open: Annotated[
        bool, typer.Option("--no-open", help="Only print the address, open no browser.")
    ] = False,
) -> None:
    """Show executions, features and the endpoint in the browser, until Ctrl-C."""
    from console.server import serve  # the other commands need no web server

    serve(Environment(env), port=port, opens_browser=not no_open)
