"""Follows a run to its end. The run itself does not depend on that."""

import shlex
from typing import Any

from rich.console import Console

from reviews.cli import progress
from reviews.cli.output import note, notes
from reviews.client.environment import Environment
from reviews.client.errors import ExecutionFailed, Interrupted
from reviews.client.runs.progress import Watcher
from reviews.client.runs.steps import State

NEW_RUN = "start a new run"  # in the cause of an execution that a redrive cannot mend


def follow(environment: Environment, arn: str, *, console: Console = notes) -> dict[str, Any]:
    """Shows an execution until it ends; its output. Raises ExecutionFailed, or Interrupted."""
    watcher = environment.runs.watch(arn)
    name = arn.rpartition(":")[2]
    try:
        found = progress.watch(watcher, progress.choose_view(console))
    except KeyboardInterrupt as error:
        again = f"reviews status {shlex.quote(name)} --wait --env {environment.name}"
        raise Interrupted(f"{name} is still running. Follow it again: {again}") from error
    try:
        return found.result()
    except ExecutionFailed as failed:
        note(_next_steps(environment, name, watcher, failed.cause))
        raise


def _next_steps(environment: Environment, name: str, watcher: Watcher, cause: str) -> str:
    _, views = watcher.poll()
    failed = (view.step for view in views if view.step.state is State.FAILED and view.step.job)
    run = shlex.quote(name)
    logs = [
        f"Its log: reviews logs {step.key} --run {run} --env {environment.name}" for step in failed
    ]
    go_on = f"Once the reason is corrected, continue with that step: reviews redrive {run}"
    start = "A redrive keeps the input. Start a new run instead: reviews run FILE"
    return "\n".join([*logs, f"{start if NEW_RUN in cause else go_on} --env {environment.name}"])
