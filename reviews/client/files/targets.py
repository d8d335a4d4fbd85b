"""The files that commands write."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from reviews.client.errors import InvalidArgument


def check_target(out: Path, *, source: Path | None = None) -> None:
    """Raises InvalidArgument unless `out` can be written, and is another file than `source`."""
    folder = real(out).parent
    if out.is_dir():
        raise InvalidArgument(f"{out}: is a folder; give the name of a file")
    if out.exists() and not out.is_file():  # it would be replaced, even /dev/null
        raise InvalidArgument(f"{out}: is a device or a pipe; give the name of a file")
    if not folder.is_dir():
        raise InvalidArgument(f"{out}: there is no folder {folder}")
    if not os.access(folder, os.W_OK):
        raise InvalidArgument(f"{out}: the folder {folder} cannot be written to")
    if out.exists() and not os.access(out, os.W_OK):
        raise InvalidArgument(f"{out}: exists and cannot be written to")
    if source is not None and out.exists() and out.samefile(source):
        raise InvalidArgument(f"{out}: is the file that is read; give another name")


def real(out: Path) -> Path:
    """The target of a symbolic link, so that the target is replaced and not the link."""
    return out.resolve() if out.is_symlink() else out


@contextmanager
def replacing(path: Path) -> Iterator[IO[str]]:
    """A text file that replaces `path` once it is complete; after an error `path` is unchanged."""
    target = real(path)
    part = target.with_name(f"{target.name}.part")
    try:
        with part.open("w", encoding="utf-8", newline="") as file:
            yield file
        part.replace(target)
    finally:
        part.unlink(missing_ok=True)
