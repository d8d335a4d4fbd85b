"""Which folder the command line is about, and the command that it advises."""

import shlex
import sys
from pathlib import Path

import pytest

from localcloud import __main__ as program


def advised(capsys: pytest.CaptureFixture[str], *words: str) -> list[str]:
    """The words of the command that starts the server that is missing."""
    assert program.main(list(words)) == 1
    said = capsys.readouterr().err.strip()
    return shlex.split(said.partition("; start it with: ")[2])


@pytest.fixture(autouse=True)
def _here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("REVIEWS_DATA_DIR", raising=False)
    monkeypatch.chdir(tmp_path)


START = [sys.executable, "-m", "localcloud", "start"]


@pytest.mark.parametrize("folder", ["my data", "-data"])
def test_the_advice_is_for_the_same_folder(capsys: pytest.CaptureFixture[str], folder: str) -> None:
    found = advised(capsys, "env", f"--data-dir={folder}")
    assert found == [*START, f"--data-dir={folder}"]
    assert program._parser().parse_args(found[3:]).data_dir == Path(folder)


def test_the_folder_of_the_command_reviews_is_taken(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("REVIEWS_DATA_DIR", "/somewhere/mine")
    found = advised(capsys, "exec", "--", "aws", "s3", "ls")
    assert found == [*START, "--data-dir=/somewhere/mine"]
    found = advised(capsys, "exec", "--data-dir", "other", "--", "aws", "s3", "ls")
    assert found == [*START, "--data-dir=other"]


def test_the_default_folder_is_not_repeated(capsys: pytest.CaptureFixture[str]) -> None:
    assert advised(capsys, "iam", "status") == START
