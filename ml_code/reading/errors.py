"""What is wrong with a file or a setting of the user."""

from collections.abc import Sequence
from pathlib import Path

from .commands import Command


class UserError(Exception):
    """A mistake in data or settings; its text names the field, the value and what is allowed."""


class FileError(UserError):
    """A mistake in a file, and perhaps the command that mends it.

    Its text has the file's name without the folder, which in a job is one of the container. Who has
    the file itself asks for `described`.
    """

    def __init__(
        self,
        path: Path,
        problem: str,
        command: Command | None = None,
        decoders: Sequence[str] = (),
    ) -> None:
        super().__init__(path, problem, command, decoders)
        self.path, self.problem = path, problem
        self._command, self._decoders = command, decoders

    def __str__(self) -> str:
        return self.described(Path(self.path.name))

    def described(self, path: Path, *, name: str = "", before: str = "") -> str:
        """The text with the file's `name`, by default `path`, and with the command for the file at
        `path`, which follows `before`."""
        line = f"{name or path}: {self.problem}"
        if self._command is None:
            return line
        return f"{line}: {before}{self._command.on(path, self._decoders)}"
