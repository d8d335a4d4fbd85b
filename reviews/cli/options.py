"""Options and arguments that several commands have, with what a shell completes them to."""

from collections.abc import Iterator
from typing import Annotated

import typer
from botocore.exceptions import BotoCoreError, ClientError

from infra.settings import ENVIRONMENTS
from reviews.client.aws import Environment
from reviews.client.errors import CliError

_COMPLETED_RUNS = 100


def _environments(incomplete: str) -> list[str]:
    return [name for name in ENVIRONMENTS if name.startswith(incomplete)]


def _runs(context: typer.Context, incomplete: str) -> list[str]:
    """The latest runs of the environment that is on the command line already, if it answers."""
    try:
        names = list(_latest(Environment(context.params.get("env") or "local")))
    except (CliError, ClientError, BotoCoreError):
        return []
    return [name for name in names if name.startswith(incomplete)]


def _latest(here: Environment) -> Iterator[str]:
    found = here.client("stepfunctions").list_executions(
        stateMachineArn=here.outputs.state_machine_arn, maxResults=_COMPLETED_RUNS
    )
    return (item["name"] for item in found["executions"])


Env = Annotated[
    str,
    typer.Option(
        "--env",
        help=f"The environment: {', '.join(ENVIRONMENTS)}.",
        autocompletion=_environments,
    ),
]
Run = Annotated[
    str,
    typer.Argument(metavar="RUN", help="Default: the latest run.", autocompletion=_runs),
]
NamedRun = Annotated[str, typer.Argument(metavar="RUN", autocompletion=_runs)]
RunOption = Annotated[
    str, typer.Option("--run", help="Default: the latest run.", autocompletion=_runs)
]
Yes = Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")]
Wait = Annotated[bool, typer.Option("--wait", help="Show the progress to the end.")]
