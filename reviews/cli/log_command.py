"""`reviews logs`: the log of a step's job."""

from collections.abc import Sequence
from typing import Annotated, Any

import typer
from rich.console import Console

from contract.steps import STEPS_WITH_A_JOB
from reviews.cli.answers import Answer, Stream, with_json_option
from reviews.cli.options import Env, RunOption
from reviews.client.environment import Environment
from reviews.client.errors import InvalidArgument

_NAMES = tuple(step.value for step in STEPS_WITH_A_JOB)


def _complete(incomplete: str) -> list[str]:
    return [step for step in _NAMES if step.startswith(incomplete)]


@with_json_option
def logs(
    step: Annotated[
        str,
        typer.Argument(
            metavar="STEP",
            help=f"{', '.join(_NAMES)}; default: the newest, and with -f those after it.",
            autocompletion=_complete,
        ),
    ] = "",
    run: RunOption = "",
    env: Env = "local",
    follow: Annotated[
        bool, typer.Option("--follow", "-f", help="Follow until the step, or the run, has ended.")
    ] = False,
) -> Answer | Stream:
    """Print the log of a step's job; with several instances each line begins with its instance."""
    environment = Environment(env)
    wanted = _checked(step)
    found = environment.runs.find(run)
    log = environment.runs.log(found.arn, wanted)
    if follow:
        return Stream(items=log.follow(), show=_show)
    lines = list(log.read())
    return Answer(
        document={"run": found.name, "lines": lines},
        show=lambda console: _show_all(console, lines),
    )


def _checked(step: str) -> str:
    if step and step not in _NAMES:
        raise InvalidArgument(f"step {step}: allowed is {', '.join(_NAMES)}")
    return step


def _show_all(console: Console, lines: Sequence[dict[str, Any]]) -> None:
    for line in lines:
        _show(console, line)


def _show(console: Console, line: dict[str, Any]) -> None:
    text = f"{line['instance']} {line['line']}" if "instance" in line else line["line"]
    console.print(text, markup=False, highlight=False, soft_wrap=True)
