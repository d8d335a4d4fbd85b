"""Options and arguments that several commands share, with their shell completion."""

from collections.abc import Mapping
from itertools import islice
from typing import Annotated

import typer
from botocore.exceptions import BotoCoreError, ClientError

from infra.settings import ENVIRONMENTS
from reviews.client.environment import Environment
from reviews.client.errors import InvalidArgument, ReviewsError

_COMPLETED_RUNS = 100


def environments(incomplete: str) -> list[str]:
    return [name for name in ENVIRONMENTS if name.startswith(incomplete)]


def _runs(context: typer.Context, incomplete: str) -> list[str]:
    """The latest runs of the environment that the command line names; none if AWS does not
    answer."""
    try:
        environment = Environment(context.params.get("env") or "local")
        names = list(islice(environment.runs.names(), _COMPLETED_RUNS))
    except (ReviewsError, ClientError, BotoCoreError):
        return []
    return [name for name in names if name.startswith(incomplete)]


def refuse(used: Mapping[str, object], reason: str) -> None:
    """Raises InvalidArgument for options, or arguments, that were given and would do nothing.

    `used` has their values by name, which are empty or None where they were not given.
    """
    if given := [name for name, value in used.items() if value not in (None, False, "")]:
        raise InvalidArgument(f"{', '.join(given)}: {reason}")


Env = Annotated[
    str,
    typer.Option(
        "--env",
        help=f"The environment: {', '.join(ENVIRONMENTS)}.",
        autocompletion=environments,
    ),
]
Run = Annotated[
    str,
    typer.Argument(metavar="RUN", help="Default: the latest run.", autocompletion=_runs),
]
PastRun = Annotated[
    str,
    typer.Argument(
        metavar="RUN",
        help="For what it has cost; without one, a month is estimated.",
        autocompletion=_runs,
    ),
]
NamedRun = Annotated[str, typer.Argument(metavar="RUN", autocompletion=_runs)]
RunOption = Annotated[
    str, typer.Option("--run", help="Default: the latest run.", autocompletion=_runs)
]
Yes = Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")]
Wait = Annotated[bool, typer.Option("--wait", help="Show the progress until the run has ended.")]
