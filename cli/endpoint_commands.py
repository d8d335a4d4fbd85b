"""`reviews endpoint`: stop and start."""

from typing import Annotated

import typer
from rich.console import Console

from cli.aws import Environment
from cli.commands import Env, plain_errors
from cli.endpoint_switch import EndpointSwitch

app = typer.Typer(
    no_args_is_help=True, help="Stop the endpoint, which costs money while it exists; start it."
)
console = Console()


@app.command()
@plain_errors
def stop(env: Env = "local") -> None:
    """Delete the endpoint. Its model and its configuration stay, for the next start."""
    with console.status("Stopping"):
        said = EndpointSwitch(Environment(env)).stop()
    console.print(said, highlight=False, soft_wrap=True)


@app.command()
@plain_errors
def start(
    env: Env = "local",
    config: Annotated[
        str, typer.Option(help="Another endpoint configuration than the one that served.")
    ] = "",
    no_wait: Annotated[
        bool, typer.Option("--no-wait", help="Do not wait until it is in service.")
    ] = False,
) -> None:
    """Create the endpoint again as it was, and wait until it is in service."""
    with console.status("Starting"):
        said = EndpointSwitch(Environment(env)).start(config=config, wait=not no_wait)
    console.print(said, highlight=False, soft_wrap=True)
