"""`reviews console`."""

from typing import Annotated

import typer

from reviews.cli.answers import AsJson, Stream, with_json_option
from reviews.cli.options import Env
from reviews.cli.output import message
from reviews.client.environment import Environment


@with_json_option
def console(
    env: Env = "local",
    port: Annotated[int, typer.Option(min=0, max=65535, help="0: any that is free.")] = 0,
    no_open: Annotated[
        bool, typer.Option("--no-open", help="Only print the address, open no browser.")
    ] = False,
    as_json: AsJson = False,
) -> Stream:
    """Show executions, features and the endpoint in the browser, until Ctrl-C.

    With --json no browser is opened.
    """
    from reviews.console.server import serve  # the other commands need no web server

    return Stream(
        items=serve(Environment(env), port=port, opens_browser=not (no_open or as_json)),
        show=lambda to, item: message(
            f"The console of {item['environment']}: {item['url']} (Ctrl-C ends it)"
        )(to),
    )
