"""Deploys and destroys an environment with the CDK's own command line.

For `local` the embedded AWS is started before and stopped afterwards.
"""

import re
import shlex
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from reviews.cli import processes
from reviews.cli.output import note
from reviews.client.aws import embedded, stacks
from reviews.client.aws.embedded import PROJECT
from reviews.client.environment import Environment
from reviews.client.errors import InvalidArgument

Run = Callable[[Sequence[str], Mapping[str, str]], None]
_ALL = "**"
_SHELL_CHARACTER = re.compile(r"[\s\"'$`\\;&|<>()*?]")
_QUIET = ("--no-notices", "--no-version-reporting")


class Deployment:
    """`run` runs a program: processes.run, or a fake in tests."""

    def __init__(self, environment: Environment, run: Run = processes.run) -> None:
        self._environment, self._run = environment, run

    def deploy(self, *, ask: bool, force: bool = False) -> None:
        """Deploys the environment. With `force`, executions also start in spite of what `reviews
        doctor` finds.

        Raises CommandFailed, and InvalidArgument for a folder in which no training could run.
        """
        if self._environment.is_embedded:
            check_paths(embedded.data_dir(), Path(sys.executable))
            note("== The embedded AWS")
            self._cloud("start")
        if not self._environment.is_on_aws:
            # With --app the CDK would synthesise the whole app first, even for a named account.
            bootstrap = (
                "cdk",
                "bootstrap",
                stacks.account(self._environment),
                "--app",
                "",
                *_QUIET,
            )
            self._step("cdk bootstrap", bootstrap)
        approval = () if ask else ("--require-approval", "never")
        forced = ("-c", "force=true") if force else ()
        self._step("cdk deploy", ("cdk", "deploy", _ALL, *approval, *self._app(), *forced))
        if uri := self._environment.upload_base_model():
            note(f"Base model: {uri}")

    def destroy(self) -> None:
        """Raises CommandFailed, also when something is left behind in the embedded AWS."""
        self._step("cdk destroy", ("cdk", "destroy", _ALL, "--force", *self._app()))
        if self._environment.is_embedded:
            check = (sys.executable, "-m", "reviews.cli.teardown", "--env", self._environment.name)
            self._step("What remains", check)
            self._cloud("stop")
            self._cloud("clear")

    def _cloud(self, command: str) -> None:
        folder = str(embedded.data_dir())
        words = (sys.executable, "-m", "localcloud", command, "--data-dir", folder)
        self._run(words, embedded.clean_variables())

    def _step(self, heading: str, command: Sequence[str]) -> None:
        note(f"\n== {heading}")
        self._run(command, self._environment.variables())

    def _app(self) -> tuple[str, ...]:
        app = f"{shlex.quote(sys.executable)} app.py"
        output = str(PROJECT / "build" / "cdk.out")
        return ("-c", f"env={self._environment.name}", "--app", app, "--output", output, *_QUIET)


def check_paths(data_dir: Path, python: Path) -> None:
    """Raises InvalidArgument for a path with characters that a shell interprets: SageMaker's
    training toolkit passes a job's paths to a shell without quotes."""
    remedies = {
        data_dir: "name another folder: export REVIEWS_DATA_DIR=$HOME/.local/share/reviews",
        python: "put the project into another folder and install it there",
    }
    for path, remedy in remedies.items():
        if found := _SHELL_CHARACTER.search(str(path)):
            raise InvalidArgument(
                f"{path}: no training can run in a path with {found[0]!r}; {remedy}"
            )
