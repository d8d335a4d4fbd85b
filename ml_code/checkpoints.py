"""Training state on disk, so that a job continues where an interrupted one stopped."""

from pathlib import Path
from pickle import UnpicklingError
from typing import Any

import torch

_FILE = "state.pt"


class Checkpoints:
    """One state file in the folder; does nothing when the folder was not mounted."""

    def __init__(self, folder: Path | None) -> None:
        self._file = folder / _FILE if folder is not None and folder.is_dir() else None

    def save(self, state: dict[str, Any]) -> None:
        """Replaces the state in one step: a kill leaves the old or the new one, never half."""
        if self._file is None:
            return
        unfinished = self._file.with_suffix(".part")
        torch.save(state, unfinished)
        unfinished.replace(self._file)

    def load(self) -> dict[str, Any] | None:
        """The last state, or None when there is none or it cannot be read."""
        if self._file is None or not self._file.is_file():
            return None
        try:
            state: dict[str, Any] = torch.load(self._file, map_location="cpu", weights_only=True)
        except (RuntimeError, EOFError, OSError, UnpicklingError) as error:
            print(f"{_FILE} cannot be read, starting anew: {error}", flush=True)
            return None
        return state
