import io
import tarfile

import pytest

from evaluating.model_archive import extract
from reading.errors import UserError


def test_a_folder_without_a_model_says_what_it_holds(tmp_path):
    (tmp_path / "notes.txt").touch()
    with pytest.raises(UserError, match=r"no model\.tar\.gz in it; found notes\.txt"):
        extract(tmp_path, tmp_path / "target")


def test_an_archive_that_writes_outside_is_refused(tmp_path):
    with tarfile.open(tmp_path / "model.tar.gz", "w:gz") as tar:
        entry = tarfile.TarInfo("../escaped")
        entry.size = 1
        tar.addfile(entry, io.BytesIO(b"x"))
    with pytest.raises(UserError, match="cannot be unpacked"):
        extract(tmp_path, tmp_path / "target")
    assert not (tmp_path / "escaped").exists()
