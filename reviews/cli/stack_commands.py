"""The commands that bring an environment up and take it down."""

from dataclasses import asdict
from typing import Annotated

import typer

from reviews.cli import inventory
from reviews.cli.deployment import Deployment
from reviews.cli.options import Env, Yes
from reviews.cli.output import Answer, AsJson, answers, confirm, message, note, notes
from reviews.client import checks, embedded, processes
from reviews.client.aws import Environment
from reviews.client.errors import DeploymentBlocked
from reviews.client.findings import Verdict

Force = Annotated[
    bool, typer.Option("--force", help="Deploy to AWS even if `doctor` finds what blocks it.")
]


@answers
def deploy(env: Env = "local", yes: Yes = False, force: Force = False) -> Answer:
    """Deploy an environment with `cdk deploy`; `local` into an embedded AWS, which it starts.

    On AWS it first looks for what would make the deployment, or the first run, fail.
    """
    processes.end_by_exception()
    here = Environment(env)
    if here.is_on_aws:
        _check(here, force=force)
    Deployment(here).deploy(ask=here.is_on_aws and not yes, force=force)
    follow = f"reviews run reviews.csv --env {env} --wait"
    return Answer(
        document={"environment": env, **asdict(here.outputs)},
        show=message(f"{here.settings.name} is deployed. Go on: {follow}"),
    )


def _check(here: Environment, *, force: bool) -> None:
    """Says what may fail later. Raises DeploymentBlocked for what would fail at once."""
    with notes.status("Looking"):
        found = list(checks.examine(here))
    blocking = [finding.sentence for finding in found if finding.blocks]
    if blocking and not force:
        head = f"{here.settings.name} cannot be deployed and run yet (--force deploys anyway):"
        raise DeploymentBlocked("\n- ".join([head, *blocking]))
    warnings = (finding.sentence for finding in found if finding.verdict is Verdict.WARNING)
    for line in (*blocking, *warnings):
        note(line)


@answers
def destroy(env: Env = "local", yes: Yes = False, as_json: AsJson = False) -> Answer:
    """Show what an environment consists of, ask, and remove it with `cdk destroy`.

    `local` takes its embedded AWS with it.
    """
    processes.end_by_exception()
    here = Environment(env)
    if here.is_embedded and embedded.find() is None:
        return _nothing(env, "No embedded AWS is running here")
    found = inventory.take(here)
    if found.is_empty and not here.is_embedded:
        return _nothing(env, f"{here.settings.name} is not deployed here")
    inventory.show(notes, found, keep=here.settings.keep_data)
    if not yes:
        confirm(f"Destroy {env}?", as_json=as_json)
    Deployment(here).destroy()
    return Answer(
        document={"environment": env, "destroyed": found.document()},
        show=message(f"{here.settings.name} is destroyed."),
    )


def _nothing(env: str, reason: str) -> Answer:
    return Answer(
        document={"environment": env, "destroyed": None},
        show=message(f"{reason}, so there is nothing to destroy."),
    )
