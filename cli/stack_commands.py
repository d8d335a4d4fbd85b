"""The commands that bring an environment up and take it down."""

from dataclasses import asdict

from cli import embedded, inventory, processes
from cli.aws import Environment
from cli.deployment import Deployment
from cli.options import Env, Yes
from cli.output import Answer, AsJson, answers, confirm, message, notes


@answers
def deploy(env: Env = "local", yes: Yes = False) -> Answer:
    """Deploy an environment with `cdk deploy`; `local` into an embedded AWS, which it starts."""
    processes.end_by_exception()
    here = Environment(env)
    Deployment(here).deploy(ask=here.is_on_aws and not yes)
    follow = f"reviews run reviews.csv --env {env} --wait"
    return Answer(
        document={"environment": env, **asdict(here.outputs)},
        show=message(f"{here.settings.name} is deployed. Go on: {follow}"),
    )


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
