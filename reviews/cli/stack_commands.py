"""The commands that bring an environment up and take it down."""

from dataclasses import asdict
from typing import Annotated

import typer

from reviews.cli import checks, inventory_table, processes
from reviews.cli.deployment import Deployment
from reviews.cli.options import Env, Yes
from reviews.cli.output import Answer, AsJson, answers, confirm, message, note, notes
from reviews.client.aws import embedded, inventory
from reviews.client.checks.findings import Verdict
from reviews.client.environment import Environment
from reviews.client.errors import DeploymentBlocked

Force = Annotated[
    bool, typer.Option("--force", help="Deploy to AWS even if `doctor` finds what blocks it.")
]


@answers
def deploy(env: Env = "local", yes: Yes = False, force: Force = False) -> Answer:
    """Deploy an environment with `cdk deploy`; `local` into an embedded AWS, which it starts.

    On AWS it first looks for what would make the deployment, or the first run, fail.
    """
    processes.end_by_exception()
    environment = Environment(env)
    if environment.is_on_aws:
        _check(environment, force=force)
    Deployment(environment).deploy(ask=environment.is_on_aws and not yes, force=force)
    follow = f"reviews run reviews.csv --env {env} --wait"
    return Answer(
        document={"environment": env, **asdict(environment.outputs)},
        show=message(f"{environment.settings.name} is deployed. Go on: {follow}"),
    )


def _check(environment: Environment, *, force: bool) -> None:
    """Says what may fail later. Raises DeploymentBlocked for what would fail at once."""
    with notes.status("Looking"):
        found = list(checks.examine(environment))
    blocking = [finding.sentence for finding in found if finding.blocks]
    if blocking and not force:
        head = (
            f"{environment.settings.name} cannot be deployed and run yet (--force deploys anyway):"
        )
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
    environment = Environment(env)
    if environment.is_embedded and embedded.find() is None:
        return _nothing(env, "No embedded AWS is running here")
    found = inventory.take(environment)
    if found.is_empty and not environment.is_embedded:
        return _nothing(env, f"{environment.settings.name} is not deployed here")
    inventory_table.show(notes, found, keep=environment.settings.keep_data)
    if not yes:
        confirm(f"Destroy {env}?", as_json=as_json)
    Deployment(environment).destroy()
    return Answer(
        document={"environment": env, "destroyed": found.document()},
        show=message(f"{environment.settings.name} is destroyed."),
    )


def _nothing(env: str, reason: str) -> Answer:
    return Answer(
        document={"environment": env, "destroyed": None},
        show=message(f"{reason}, so there is nothing to destroy."),
    )
