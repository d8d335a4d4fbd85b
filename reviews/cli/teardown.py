"""What is left after `cdk destroy` in the embedded AWS.

    python -m reviews.cli.teardown --env local

Also removes what `cdk bootstrap` made, since the embedded AWS belongs to this project alone;
on AWS other apps of the account use it, so only the environment `local` may be named.
"""

import sys
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from reviews.cli.answers import with_error_messages
from reviews.client.aws import leftovers, stacks
from reviews.client.environment import Environment
from reviews.client.errors import InvalidArgument

console = Console()


@with_error_messages
def main(env: Annotated[str, typer.Option()] = "local") -> None:
    """Remove the bootstrap stack, list what is left, and exit with 1 if anything is."""
    if env != "local":
        raise InvalidArgument(f"--env {env}: only local; on AWS other apps use {stacks.BOOTSTRAP}")
    environment = Environment(env)
    leftovers.remove_bootstrap(environment)
    left = leftovers.find(environment)
    show(left)
    if any(left.values()):
        console.print("cdk destroy left something behind.", style="red")
        sys.exit(1)


def show(left: dict[str, list[str]]) -> None:
    table = Table("kind", "left", box=None, pad_edge=False)
    for kind, names in left.items():
        table.add_row(kind, ", ".join(names) or "none")
    console.print(table)


if __name__ == "__main__":
    typer.run(main)
