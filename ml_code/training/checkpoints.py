"""Training state on disk, so that a job continues where an interrupted one stopped."""

import shutil
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import torch

from common.problems import UserError

_FILE = "state.pt"


class Checkpoints:
    """One state file in the folder; does nothing when the folder was not mounted."""

    def __init__(self, folder: Path | None) -> None:
        self._file = folder / _FILE if folder is not None and folder.is_dir() else None

    def save(self, state: dict[str, Any]) -> None:
        """Replaces the state in one step: a kill leaves the old or the new one, never half.

        Raises UserError when it cannot be written; the old one is there still.
        """
        if self._file is None:
            return
        unfinished = self._file.with_suffix(".part")
        try:
            torch.save(state, unfinished)
        except (OSError, RuntimeError) as error:  # torch's own does not say that a disk is full
            free = shutil.disk_usage(self._file.parent).free
            unfinished.unlink(missing_ok=True)
            raise UserError(
                f"checkpoint {_FILE}: cannot be written, the disk has {free} bytes left: {error}"
            ) from error
        unfinished.replace(self._file)

    def load(self) -> dict[str, Any] | None:
        """The last state, or None when there is none or it cannot be read."""
        if self._file is None or not self._file.is_file():
            return None
        try:
            _check_sums(self._file)
            state: dict[str, Any] = torch.load(self._file, map_location="cpu", weights_only=True)
        except Exception as error:  # what a damaged file raises hangs on where the damage is
            print(f"{_FILE} cannot be read, starting anew: {error}", flush=True)
            return None
        return state


def _check_sums(path: Path) -> None:
    """Raises ValueError for a damaged weight, which torch.load would take as it is."""
    with ZipFile(path) as archive:
        damaged = archive.testzip()
    if damaged is not None:
        raise ValueError(f"{damaged} is damaged")
