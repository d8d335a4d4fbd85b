"""The AWS CLI, in this process: its own driver, as the command `aws` starts it."""

import contextlib
import io
import json
from dataclasses import dataclass
from typing import Any

from awscli.clidriver import CLIDriver, create_clidriver


@dataclass(frozen=True)
class Finished:
    status: int
    output: str
    errors: str

    @property
    def document(self) -> Any:
        assert self.status == 0, self.errors
        return json.loads(self.output)


class AwsCli:
    """Reads where AWS is from the environment when it is made."""

    def __init__(self) -> None:
        self._driver: CLIDriver = create_clidriver()

    def run(self, *arguments: str) -> Finished:
        output, errors = io.StringIO(), io.StringIO()
        with contextlib.redirect_stdout(output), contextlib.redirect_stderr(errors):
            status = self._driver.main([*arguments, "--output", "json"])
        return Finished(status, output.getvalue(), errors.getvalue().strip())

    def __call__(self, *arguments: str) -> Any:
        """What the command prints, once it has succeeded."""
        return self.run(*arguments).document
