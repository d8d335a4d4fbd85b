"""`reviews endpoint`: stop and start."""

from typing import Annotated

import typer

from reviews.cli.answers import Answer, with_json_option
from reviews.cli.options import Env
from reviews.cli.output import message, notes
from reviews.client.environment import Environment

app = typer.Typer(
    no_args_is_help=True, help="Stop the endpoint, which costs money while it exists, or start it."
)


@app.command()
@with_json_option
def stop(env: Env = "local") -> Answer:
    """Delete the endpoint. Its model and its configuration remain, for the next start."""
    environment = Environment(env)
    with notes.status("Stopping"):
        result = environment.endpoint.stop()
    return _answer(environment, result)


@app.command()
@with_json_option
def start(
    env: Env = "local",
    config: Annotated[
        str, typer.Option(help="Another endpoint configuration than the one that served.")
    ] = "",
    no_wait: Annotated[
        bool, typer.Option("--no-wait", help="Do not wait until it is in service.")
    ] = False,
) -> Answer:
    """Create the endpoint again as it was, and wait until it is in service."""
    environment = Environment(env)
    with notes.status("Starting"):
        result = environment.endpoint.start(config=config, wait=not no_wait)
    return _answer(environment, result)


def _answer(environment: Environment, result: str) -> Answer:
    return Answer(
        document={"endpoint": environment.endpoint.name, "message": result}, show=message(result)
    )
