import os
from pathlib import Path

import pytest

from reviews.client.errors import InvalidArgument
from reviews.client.files.targets import check_target, replacing


def test_a_pipe_or_a_device_is_never_replaced(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    link = tmp_path / "link"
    link.symlink_to(pipe)
    for out in (pipe, link):
        with pytest.raises(InvalidArgument, match="is a device or a pipe; give the name of a file"):
            check_target(out)


def test_a_file_that_may_not_be_written_stays(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    out = tmp_path / "out.csv"
    out.touch()
    monkeypatch.setattr(os, "access", lambda path, _mode: path != out)  # who is root may all
    with pytest.raises(InvalidArgument, match="exists and cannot be written to"):
        check_target(out)


def test_a_link_stays_one_and_its_file_is_replaced(tmp_path: Path) -> None:
    folder = tmp_path / "folder"
    folder.mkdir()
    file, link = folder / "file.csv", tmp_path / "link.csv"
    link.symlink_to(file)
    check_target(link)
    with replacing(link) as target:
        target.write("new")
    assert (link.is_symlink(), file.read_text()) == (True, "new")
    assert list(folder.iterdir()) == [file]
