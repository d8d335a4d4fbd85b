"""Follows a run to its end. The run itself does not depend on that."""

from typing import Any

from rich.console import Console

from contract.advice import NEW_RUN
from reviews.cli import progress, run_views
from reviews.cli.answers import Answer
from reviews.cli.output import note, notes
from reviews.cli.waiting import goes_on
from reviews.client.environment import Environment
from reviews.client.errors import ExecutionFailed
from reviews.client.runs.progress import Watcher
from reviews.client.runs.steps import State
from reviews.client.shell import reviews_command


def follow(environment: Environment, arn: str, *, console: Console = notes) -> dict[str, Any]:
    """Shows an execution until it ends; its output. Raises ExecutionFailed, or Interrupted."""
    watcher = environment.runs.watch(arn)
    name = arn.rpartition(":")[2]
    again = reviews_command("status", name, wait=True, env=environment.name)
    with goes_on(f"{name} is still running. Follow it again: {again}"):
        found = progress.watch(watcher, progress.choose_view(console))
    try:
        return found.result()
    except ExecutionFailed as failed:
        note(_next_steps(environment, name, watcher, failed.cause))
        raise


def followed(environment: Environment, arn: str) -> Answer:
    """Shows an execution until it ends, and then its evaluation."""
    result = follow(environment, arn)
    results = {name: result[name] for name in ("evaluation", "model_package", "endpoint")}
    return Answer(
        document={"run": arn.rpartition(":")[2], "arn": arn, **results},
        show=lambda console: run_views.evaluation(console, result["evaluation"]),
    )


def _next_steps(environment: Environment, name: str, watcher: Watcher, cause: str) -> str:
    _, views = watcher.poll()
    failed = (view.step for view in views if view.step.state is State.FAILED and view.step.job)
    env = environment.name
    logs = [f"Its log: {reviews_command('logs', step.key, run=name, env=env)}" for step in failed]
    if NEW_RUN in cause:
        start = reviews_command("run", "FILE", env=env)
        return "\n".join([*logs, f"A redrive keeps the input. Start a new run instead: {start}"])
    again = reviews_command("redrive", name, env=env)
    return "\n".join([*logs, f"Once the reason is corrected, continue with that step: {again}"])
