import os
import shutil
import socket
import tempfile
from pathlib import Path

import pytest

from localcloud.jobs.layout import Layout, make_temporary, unfound_path

LAYOUT = Layout(Path("/data/job one/ml"))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("/opt/ml", "/data/job one/ml"),
        ("--out=/opt/ml/output", "--out=/data/job one/ml/output"),
        ('"/opt/ml/a:/opt/ml/b"', '"/data/job one/ml/a:/data/job one/ml/b"'),
        ("/opt/mlflow/x", "/opt/mlflow/x"),
        ("/srv/opt/ml.bak", "/srv/opt/ml.bak"),
        ("s3://bucket/opt/ml/x", "s3://bucket/opt/ml/x"),
    ],
)
def test_only_the_container_root_is_rewritten(text: str, expected: str) -> None:
    assert LAYOUT.localise(text) == expected


def test_a_path_outside_the_container_root_has_no_place() -> None:
    for path in ("/etc/passwd", "/opt/ml/../../etc", "relative"):
        with pytest.raises(ValueError, match="not below /opt/ml"):
            LAYOUT.path(path)


@pytest.mark.parametrize(
    ("line", "path"),
    [
        (
            "FileNotFoundError: [Errno 2] No such file or directory: '/opt/ml/in/a.csv'",
            "/opt/ml/in/a.csv",
        ),
        ("cat: /opt/ml/in/a.csv: No such file or directory", "/opt/ml/in/a.csv"),
        ("PermissionError: [Errno 13] Permission denied: '/opt/ml'", "/opt/ml"),
    ],
)
def test_a_path_that_a_program_has_not_found_is_named(line: str, path: str) -> None:
    said = unfound_path(line)
    assert said is not None
    assert said.startswith(f"localcloud: {path} stands in the source of a program")


@pytest.mark.parametrize(
    "line",
    ["reading /opt/ml/in", "No such file or directory: '/tmp/a'", "/opt/mlflow: Permission denied"],
)
def test_other_lines_are_left_alone(line: str) -> None:
    assert unfound_path(line) is None


def test_an_absent_message_reads_as_empty_and_a_long_one_is_cut(tmp_path: Path) -> None:
    layout = Layout(tmp_path)
    assert layout.read_text("output/message", 10) == ""
    layout.make("output").joinpath("message").write_text("x" * 50)
    assert layout.read_text("output/message", 10) == "x" * 10


def test_a_message_that_is_no_file_reads_as_empty(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    assert Layout(tmp_path).read_text("pipe", 10) == Layout(tmp_path).read_text(".", 10) == ""


@pytest.mark.parametrize("name", ["short", "l" * 100])
def test_a_socket_fits_into_the_folder_for_temporary_files(name: str) -> None:
    with tempfile.TemporaryDirectory() as parent:
        folder = make_temporary(Path(parent, name))
        with socket.socket(socket.AF_UNIX) as made:
            made.bind(str(folder / "pymp-12345678-listener-12345678"))
        assert folder.is_relative_to(Path(parent, name)) is (name == "short")
        shutil.rmtree(folder)
