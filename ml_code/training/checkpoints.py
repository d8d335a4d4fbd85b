"""Training state on disk, so that a job continues where an interrupted one stopped."""

import hashlib
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import torch

from reading.errors import UserError

_MAX_SAVE_SHARE = 0.02  # of the time that a training takes


class Checkpoints:
    """One state file in the folder; does nothing when the folder was not mounted.

    `of` are the hyperparameters of one of several jobs that share the folder, each with a file of
    its own.
    """

    def __init__(self, folder: Path | None, *, of: object = None) -> None:
        self._is_own = of is not None
        name = f"state-{_digest(of)}.pt" if self._is_own else "state.pt"
        self._file = folder / name if folder is not None and folder.is_dir() else None

    def save(self, state: dict[str, Any]) -> None:
        """Replaces the state in one step: after a kill the file is the old or the new one, whole.

        Raises UserError when it cannot be written; the old file is still there then.
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
                f"checkpoint {self._file.name}: cannot be written, the disk has {free} bytes left: "
                f"{error}"
            ) from error
        unfinished.replace(self._file)

    def load(self) -> dict[str, Any] | None:
        """The last state, or None when there is none or it cannot be read."""
        if self._file is None or not self._file.is_file():
            return None
        try:
            _check_sums(self._file)
            state: dict[str, Any] = torch.load(self._file, map_location="cpu", weights_only=True)
        except Exception as error:  # the kind of error depends on where the file is damaged
            print(f"{self._file.name} cannot be read, starting anew: {error}", flush=True)
            return None
        return state

    def remove_own(self) -> None:
        """Deletes a file of its own after the training, so that the next job of the folder does not
        download it; SageMaker deletes it in S3, too."""
        if self._file is not None and self._is_own:
            self._file.unlink(missing_ok=True)


class CheckpointTimer:
    """When the next checkpoint is due.

    One is saved every `seconds`, or less often where saving would take more than 2 % of the time;
    0: at each step.
    """

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._saved_at, self.save_seconds = time.monotonic(), 0.0

    @property
    def interval(self) -> float:
        """Seconds from the end of one save to the next."""
        return self._seconds and max(self._seconds, self.save_seconds / _MAX_SAVE_SHARE)

    @property
    def is_due(self) -> bool:
        return time.monotonic() - self._saved_at >= self.interval

    @contextmanager
    def saving(self) -> Iterator[None]:
        """Surrounds a save, and notes how long it took."""
        started = time.monotonic()
        yield
        self._saved_at = time.monotonic()
        self.save_seconds = self._saved_at - started


def _digest(of: object) -> str:
    return hashlib.sha256(repr(of).encode()).hexdigest()[:16]


def _check_sums(path: Path) -> None:
    """Raises ValueError for a damaged tensor, which torch.load would return as it is."""
    with ZipFile(path) as archive:
        damaged = archive.testzip()
    if damaged is not None:
        raise ValueError(f"{damaged} is damaged")
