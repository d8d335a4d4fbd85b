"""The commands of messages are run by a shell, where the user stands."""

import bz2
import gzip
import io
import lzma
import os
import shlex
import shutil
import sqlite3
import subprocess
import tarfile
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from reading.columns import Columns
from reading.errors import FileError
from reading.files import open_tables
from tests.ml_code.reading.read_files import COLUMNS, ROWS, TABLE, rows_of

NAMES = ("reviews.csv", "-c d.csv", "it's $HOME.csv", "f/r.csv", "-f/r.csv")
ARRAY = '[{"Title": "Nice", "Review Text": "soft, warm", "Rating": 5}, {"Title": "", "Review Text": "so so", "Rating": 3}]'  # noqa: E501
WINDOWS = "Title,Review Text,Rating\nNice,café,5\n"


def tarred(content: bytes) -> bytes:
    made = io.BytesIO()
    with tarfile.open(fileobj=made, mode="w", format=tarfile.USTAR_FORMAT) as archive:
        member = tarfile.TarInfo("inner.csv")
        member.size = len(content)
        archive.addfile(member, io.BytesIO(content))
    return made.getvalue()


def zipped(content: bytes) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        archive.writestr("inner.csv", content)
    return made.getvalue()


def whole_lines_quoted() -> str:
    doubled = (line.replace('"', '""') for line in TABLE.splitlines())
    return "".join(f'"{line}"\r\n' for line in doubled)


CONTENTS: dict[str, bytes] = {
    "bzip2": bz2.compress(TABLE.encode()),
    "xz": lzma.compress(TABLE.encode()),
    "gzip twice": gzip.compress(gzip.compress(TABLE.encode())),
    "zip": zipped(TABLE.encode()),
    "tar": tarred(TABLE.encode()),
    "array": ARRAY.encode(),
    "array with a mark": ARRAY.encode("utf-8-sig"),
    "array in UTF-16": ARRAY.encode("utf-16"),
    "object over lines": b'{"Title": "Nice",\n"Review Text": "soft, warm", "Rating": 5}\n'
    b'{"Title": "",\n"Review Text": "so so", "Rating": 3}',
    "response": f'{{"it\'s": {ARRAY}}}'.encode(),
    "dictionaries": "\ufeff{'Title': 'Nice', 'Review Text': 'soft, warm', 'Rating': 5}\n\n"
    "{'Title': '', 'Review Text': 'so so', 'Rating': 3}\n".encode(),
    "UTF-32": TABLE.encode("utf-32"),
    "UTF-16 without a mark": TABLE.encode("utf-16-le"),
    "preamble": b"Export of January\n\n" + TABLE.encode(),
    "preamble of an old Mac": ("Export of January\n\n" + TABLE).replace("\n", "\r").encode(),
    "preamble in UTF-16": ("Export of January\n\n" + TABLE).encode("utf-16"),
    "whole lines quoted": whole_lines_quoted().encode("utf-8-sig"),
}
INNER = ("zip", "tar")  # what they write is named in the archive


def refused(path: Path, columns: Columns = COLUMNS) -> FileError:
    with pytest.raises(FileError) as caught:
        rows_of(path, columns)
    return caught.value


def command_of(error: FileError, path: Path) -> str:
    """The text is the same as the command's, up to the name; the command comes last."""
    return error.described(path, before="COMMAND ").partition("COMMAND ")[2]


def run(command: str, folder: Path) -> None:
    program = next(word for word in shlex.split(command) if shutil.which(word) or word.isalpha())
    if shutil.which(program) is None:
        pytest.skip(f"{program} is not installed")
    done = subprocess.run(
        ["/bin/bash", "-euo", "pipefail", "-c", command],
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, (command, done.stderr)


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder where the user stands."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.mark.parametrize("pack", [bytes, gzip.compress], ids=["plain", "in gzip"])
@pytest.mark.parametrize("kind", CONTENTS)
@pytest.mark.parametrize("name", NAMES)
def test_a_printed_command_makes_a_file_that_is_read(
    here: Path, name: str, kind: str, pack: Callable[[bytes], bytes]
) -> None:
    path = Path(name)
    path.parent.mkdir(exist_ok=True)
    content = pack(CONTENTS[kind])
    path.write_bytes(content)
    command = command_of(refused(path), path)
    run(command, here)
    assert path.read_bytes() == content
    (made,) = [
        file for file in here.iterdir() if file.is_file() and file != here / path
        and (file.name == "inner.csv") == (kind in INNER)
    ]  # fmt: skip
    assert rows_of(Path(os.path.relpath(made))) == ROWS


@pytest.mark.parametrize("name", NAMES)
def test_latin_1_is_converted(here: Path, name: str) -> None:
    path = Path(name)
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(gzip.compress(WINDOWS.encode("latin-1")))
    run(command_of(refused(path), path), here)
    assert rows_of(here / f"converted-{path.name}") == [("Nice", "café", "5")]


@pytest.mark.parametrize("name", NAMES)
def test_the_table_of_a_database_is_exported(here: Path, name: str) -> None:
    path = Path(name)
    path.parent.mkdir(exist_ok=True)
    with sqlite3.connect(path) as database:
        database.execute("create table t (`Title`, `Review Text`, `Rating`)")
        database.executemany("insert into t values (?, ?, ?)", ROWS)
    command = command_of(refused(path), path)
    run(command.replace("TABLE", "t"), here)
    assert rows_of(here / f"converted-{path.stem}.db.csv") == ROWS


def test_a_damaged_archive_is_tested_whatever_its_name(here: Path) -> None:
    path = Path("-t u.csv")
    path.write_bytes(gzip.compress(TABLE.encode())[:-4])
    assert command_of(refused(path), path) == "gzip --test < './-t u.csv'"


def test_the_data_of_a_pointer_are_fetched_where_the_repository_is(here: Path) -> None:
    path = Path("-data/r.csv")
    path.parent.mkdir()
    path.write_bytes(b"version https://git-lfs.github.com/spec/v1\noid")
    error = refused(path)
    assert command_of(error, path) == "git -C ./-data lfs pull"
    assert command_of(error, Path("r.csv")) == "git lfs pull"


def test_the_text_of_an_error_has_the_name_alone_as_in_a_job(here: Path) -> None:
    (here / "f").mkdir()
    path = here / "f" / "r.csv"
    path.write_text(ARRAY)
    with pytest.raises(FileError) as caught:
        open_tables(path.parent, COLUMNS)
    assert str(caught.value) == (
        "r.csv: the file is one JSON array; write a line for each review: jq -c '.[]' < r.csv > "
        "converted-r.jsonl"
    )
    assert caught.value.path == path
