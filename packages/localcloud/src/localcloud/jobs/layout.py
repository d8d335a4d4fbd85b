"""Folders of one instance, laid out as a SageMaker container sees `/opt/ml`, and its `/tmp`.

A container has its own `/opt/ml`; several jobs on one machine cannot. So each instance gets a
folder of its own, and `/opt/ml` is rewritten to it wherever SageMaker itself hands the path to the
program: entry point, arguments, environment, hyperparameters. A path in the source of a program is
found where `container_root` can mount; elsewhere `unfound_path` says why it is not.
"""

import json
import re
import secrets
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

CONTAINER_ROOT = "/opt/ml"
TEMPORARY = "job-tmp"  # in the data folder
# A Unix socket's path has at most 104 bytes (macOS), and multiprocessing puts its sockets here.
_LONGEST_TEMPORARY = 104 - len("/pymp-12345678/listener-12345678")
_CONTAINER_PATH = re.compile(r"(?<![\w.-])/opt/ml(?![\w.-])")
_NAMED_PATH = re.compile(_CONTAINER_PATH.pattern + r"(?:/[\w./-]*)?")
_FAILURES = ("No such file or directory", "Permission denied", "Read-only file system")


def unfound_path(line: str) -> str | None:
    """The advice after a line of a log which says that a program has not found its /opt/ml."""
    path = _NAMED_PATH.search(line)
    if path is None or not any(failure in line for failure in _FAILURES):
        return None
    return (
        f"localcloud: {path[0]} stands in the source of a program, and this machine does not let "
        "one have an /opt/ml of its own. Take the path from an argument, a variable or a "
        "hyperparameter."
    )


@dataclass(frozen=True)
class Layout:
    """The folder that stands for `/opt/ml` of one instance."""

    root: Path

    def localise(self, text: str) -> str:
        """`text` with every `/opt/ml` path pointing into this layout."""
        return _CONTAINER_PATH.sub(lambda _: str(self.root), text)

    def localise_all(self, values: Mapping[str, str]) -> dict[str, str]:
        return {key: self.localise(value) for key, value in values.items()}

    def path(self, container_path: str) -> Path:
        """The local folder of an absolute container path, which must lie below `/opt/ml`.

        Raises ValueError for any other path: there is no container whose file system could hold it.
        """
        relative = Path(container_path)
        if not relative.is_relative_to(CONTAINER_ROOT) or ".." in relative.parts:
            raise ValueError(f"{container_path!r} is not below {CONTAINER_ROOT}")
        return self.root / relative.relative_to(CONTAINER_ROOT)

    def make(self, *parts: str) -> Path:
        folder = self.root.joinpath(*parts)
        folder.mkdir(parents=True, exist_ok=True)
        return folder

    def write_json(self, relative: str, content: Any) -> Path:
        path = self.root / relative
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(content, default=str))
        return path

    def read_text(self, relative: str, limit: int) -> str:
        """At most `limit` bytes of a text file that the program may have written; "" if absent."""
        path = self.root / relative
        if not path.is_file():  # a named pipe would never end
            return ""
        with path.open("rb") as file:
            return file.read(limit).decode(errors="replace").strip()


def make_temporary(data_dir: Path) -> Path:
    """A new folder for temporary files: of one instance, not of the whole machine.

    Not in the job's own folder, whose path is too long for sockets; /tmp is taken only where the
    data folder's path is too long as well.
    """
    folder = data_dir / TEMPORARY / secrets.token_hex(4)
    if len(str(folder)) > _LONGEST_TEMPORARY:
        return Path(tempfile.mkdtemp(prefix="localcloud-", dir="/tmp"))
    folder.mkdir(parents=True)
    return folder
