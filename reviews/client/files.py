"""Files that commands write for the user."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from reviews.client.errors import InvalidArgument


def check_target(out: Path, *, source: Path | None = None) -> None:
    """Raises InvalidArgument unless a file can be written there, and is not what is read."""
    if out.is_dir():
        raise InvalidArgument(f"{out}: is a folder; give the name of a file")
    if not out.parent.is_dir():
        raise InvalidArgument(f"{out}: there is no folder {out.parent}")
    if not os.access(out.parent, os.W_OK):
        raise InvalidArgument(f"{out}: the folder {out.parent} cannot be written to")
    if source is not None and out.exists() and out.samefile(source):
        raise InvalidArgument(f"{out}: is the file that is read; give another name")


@contextmanager
def replacing(path: Path) -> Iterator[IO[str]]:
    """A text file that is there once it is whole; an error leaves what was there before."""
    part = path.with_name(f"{path.name}.part")
    try:
        with part.open("w", encoding="utf-8", newline="") as file:
            yield file
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)
