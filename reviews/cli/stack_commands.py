"""The commands that deploy and destroy an environment."""

from dataclasses import asdict
from typing import Annotated

import typer

from reviews.cli import checks, processes, stack_views
from reviews.cli.answers import Answer, AsJson, with_json_option
from reviews.cli.deployment import Deployment
from reviews.cli.options import Env, Yes
from reviews.cli.output import confirm, message, note, notes
from reviews.client.aws import embedded, inventory
from reviews.client.checks.findings import Verdict
from reviews.client.environment import Environment
from reviews.client.errors import DeploymentBlocked
from reviews.client.shell import reviews_command

Force = Annotated[
    bool, typer.Option("--force", help="Deploy to AWS in spite of what `doctor` finds.")
]


@with_json_option
def deploy(env: Env = "local", yes: Yes = False, force: Force = False) -> Answer:
    """Deploy an environment with `cdk deploy`; `local` into an embedded AWS, which it starts.

    On AWS it first checks for what would make the deployment, or the first run, fail.
    """
    processes.end_by_exception()
    environment = Environment(env)
    if environment.is_on_aws:
        _check(environment, force=force)
        environment.check_account()  # whatever is forced
    Deployment(environment).deploy(ask=environment.is_on_aws and not yes, force=force)
    follow = reviews_command("run", "FILE", env=env, wait=True)
    return Answer(
        document={"environment": env, **asdict(environment.outputs)},
        show=message(f"{environment.settings.name} is deployed. Next: {follow}"),
    )


def _check(environment: Environment, *, force: bool) -> None:
    """Prints warnings of what may fail later. Raises DeploymentBlocked for what would fail now."""
    with notes.status("Checking"):
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


@with_json_option
def destroy(env: Env = "local", yes: Yes = False, as_json: AsJson = False) -> Answer:
    """Show what an environment consists of, ask, and remove it with `cdk destroy`.

    For `local` the embedded AWS is stopped, too.
    """
    processes.end_by_exception()
    environment = Environment(env)
    if environment.is_embedded and embedded.find() is None:
        return _nothing(env, "No embedded AWS is running here")
    found = inventory.take(environment)
    if found.is_empty and not environment.is_embedded:
        return _nothing(env, f"{environment.settings.name} is not deployed here")
    stack_views.inventory(notes, found, keep=environment.settings.keep_data)
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
