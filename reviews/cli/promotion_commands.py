"""The commands that deploy a model which was trained before."""

from typing import Annotated, Any

import typer

from infra.settings import ENVIRONMENTS
from reviews.cli.answers import Answer, AsJson, with_json_option
from reviews.cli.following import followed
from reviews.cli.options import Env, Wait, Yes, environments
from reviews.cli.output import confirm, message, note
from reviews.client.environment import Environment
from reviews.client.errors import InvalidArgument
from reviews.client.promotion.models import Started
from reviews.client.promotion.versions import ModelVersion
from reviews.client.runs import execution
from reviews.client.shell import reviews_command

Name = Annotated[str, typer.Option(help="The name of the run; default: one with the time.")]


@with_json_option
def promote(
    model: Annotated[
        str,
        typer.Argument(metavar="RUN|VERSION", help="A run that succeeded, or a version's number."),
    ],
    source: Annotated[
        str,
        typer.Option("--from", help="The environment that has it.", autocompletion=environments),
    ],
    target: Annotated[
        str,
        typer.Option("--to", help="The one that is to serve it.", autocompletion=environments),
    ],
    name: Name = "",
    wait: Wait = False,
) -> Answer:
    """Deploy an approved model of another environment, without another training.

    It passes the gate, the approval, the canary deployment and the smoke test of that environment.
    """
    execution.check_name(name)
    for option, given in {"--from": source, "--to": target}.items():
        if given not in ENVIRONMENTS:
            raise InvalidArgument(f"{option} {given}: allowed is {', '.join(ENVIRONMENTS)}")
    environment = Environment(target)
    started = environment.models.promote(Environment(source), model, name=name)
    if started.version is not None:
        note(f"Model: version {started.version.number} of {source}, {_described(started.version)}")
    return _answer(environment, started, wait=wait)


@with_json_option
def rollback(
    version: Annotated[
        int | None,
        typer.Argument(min=1, help="Default: the approved version before the one in service."),
    ] = None,
    env: Env = "local",
    name: Name = "",
    wait: Wait = False,
    yes: Yes = False,
    as_json: AsJson = False,
) -> Answer:
    """Deploy an earlier approved version again, without training and evaluation.

    It passes the canary deployment and the smoke test, and is registered as the newest version.
    Without a number it asks before it starts.
    """
    execution.check_name(name)
    environment = Environment(env)
    if version is None:
        serving, found = environment.models.choose_rollback()
        number = found.number
        question = (
            f"{env} serves version {serving.number}, {_described(serving)}. Deploy version "
            f"{number} again, {_described(found)}?"
        )
        if not yes:
            confirm(question, as_json=as_json)
        version = number
    return _answer(environment, environment.models.roll_back(version, name=name), wait=wait)


def _answer(environment: Environment, started: Started, *, wait: bool) -> Answer:
    if wait:
        return followed(environment, started.arn)
    again = reviews_command("status", started.name, wait=True, env=environment.name)
    document: dict[str, Any] = {
        "run": started.name,
        "arn": started.arn,
        "from_environment": started.environment,
        "from_version": started.version and started.version.number,
    }
    return Answer(document=document, show=message(f"Started {started.name}. Follow it: {again}"))


def _described(version: ModelVersion) -> str:
    """A version in words, such as "of run-1, accuracy 0.81, macro_f1 0.8"."""
    metrics = [f"{name} {value}" for name, value in version.metrics.items()]
    return ", ".join([f"of {version.run}", *metrics])
