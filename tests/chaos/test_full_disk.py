"""A disk that is full while a script writes to it, and the same script once there is room."""

import os
import platform
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from contract.features import SPLITS
from tests.chaos import scripts
from tests.chaos.outcomes import Outcome, Tried
from tests.chaos.scripts import hashes
from tests.ml_code.tiny import EVENT_TIME, make_reviews, write_reviews

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(
        platform.system() != "Linux" or os.geteuid() != 0, reason="only root may mount a small disk"
    ),
]
AREA = "Full disk"
ROOM = "64m"


class Disk:
    """One in memory, of which nothing is left afterwards."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def make(self, size: str) -> None:
        _run("mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", str(self.folder))

    def grow(self) -> None:
        _run("mount", "-o", f"remount,size={ROOM}", str(self.folder))

    def remove(self) -> None:
        _run("umount", str(self.folder))


def _run(*command: str) -> None:
    subprocess.run(command, check=True, timeout=30)


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Disk]:
    (tmp_path / "disk").mkdir()
    made = Disk(tmp_path / "disk")
    made.make("64k")
    yield made
    made.remove()


def train_arguments(base_model: Path, features: Path, model: Path, checkpoints: Path) -> list[str]:
    places = (base_model, features, model, checkpoints)
    return scripts.train_arguments(*places, "--epochs=1", "--batch-size=16", "--quantise=false")


@pytest.fixture(scope="module")
def undisturbed(
    base_model: Path, session_features: Path, tmp_path_factory: pytest.TempPathFactory
) -> str:
    """The hash of the weights of a training that has room."""
    folder = tmp_path_factory.mktemp("room")
    arguments = train_arguments(base_model, session_features, folder / "m", folder / "c")
    assert scripts.run("train.py", arguments).code == 0
    return hashes(folder / "m")["model.safetensors"]


@pytest.mark.parametrize(
    ("full", "message"),
    [
        ("checkpoints", "checkpoint state.pt: cannot be written, the disk has "),
        ("model", "No space left on device"),
    ],
)
def test_a_training_says_that_its_disk_is_full(
    full: str,
    message: str,
    disk: Disk,
    base_model: Path,
    session_features: Path,
    undisturbed: str,
    tmp_path: Path,
    tried: Tried,
) -> None:
    places = {name: tmp_path / name for name in ("model", "checkpoints")}
    places[full] = disk.folder / full
    arguments = train_arguments(base_model, session_features, **places)
    ended = scripts.run("train.py", arguments)
    assert ended.code == 1
    assert message in ended.lines[-1]
    disk.grow()
    again = scripts.run("train.py", arguments)
    assert again.code == 0, again.output
    assert hashes(places["model"])["model.safetensors"] == undisturbed
    tried(AREA, f"training, {full}", Outcome.AGAIN)


def test_a_preparation_says_that_its_disk_is_full(
    disk: Disk, base_model: Path, tmp_path: Path, tried: Tried
) -> None:
    source = write_reviews(tmp_path / "reviews.csv", make_reviews(400))
    arguments = [f"--input-data={source}", f"--base-model={base_model}", "--max-length=32"]
    arguments += [f"--event-time={EVENT_TIME}", "--workers=1"]

    def prepare(folder: Path) -> scripts.Ended:
        message = f"--message-file={folder / 'output' / 'message'}"
        return scripts.run("preprocess.py", [*arguments, f"--output-data={folder}", message])

    ended = prepare(disk.folder)
    assert ended.code == 1
    assert "No space left on device" in ended.lines[-1]
    disk.grow()
    for folder in (disk.folder, tmp_path / "room"):
        assert prepare(folder).code == 0
    assert hashes(disk.folder, *SPLITS) == hashes(tmp_path / "room", *SPLITS)
    tried(AREA, "preparation", Outcome.AGAIN)
