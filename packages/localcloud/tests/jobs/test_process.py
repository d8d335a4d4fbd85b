import sys
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from localcloud.jobs.interpreter import make_environment, search_path
from localcloud.jobs.process import Program, base_environment, kill_marked
from worlds.waiting import until


@pytest.fixture
def mark(tmp_path: Path) -> Iterator[str]:
    name = f"{tmp_path}|test|"
    yield name
    kill_marked(name)


def run(script: str, folder: Path, mark: str, lines: list[str]) -> Program:
    return Program(
        [sys.executable, "-c", script],
        folder=folder,
        environment=base_environment(),
        mark=mark,
        on_line=lines.append,
    )


def wait(program: Program) -> int | None:
    return until(lambda: program.exit_code, lambda code: code is not None)


def alive(pid: int) -> bool:
    """A zombie has ended; only its parent has not asked yet."""
    try:
        return psutil.Process(pid).status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def test_output_arrives_line_by_line_while_the_program_runs(tmp_path: Path, mark: str) -> None:
    lines: list[str] = []
    program = run("import time; print('one'); time.sleep(60)", tmp_path, mark, lines)
    assert until(lambda: lines) == ["one"]
    assert program.exit_code is None
    program.close()


def test_a_progress_bar_logs_its_last_drawing(tmp_path: Path, mark: str) -> None:
    lines: list[str] = []
    program = run(r"print('10%\r50%\r100%')", tmp_path, mark, lines)
    assert wait(program) == 0
    program.close()
    assert lines == ["100%"]


def test_a_signal_becomes_a_container_exit_code(tmp_path: Path, mark: str) -> None:
    program = run("import os; os.kill(os.getpid(), 9)", tmp_path, mark, [])
    assert wait(program) == 137
    program.close()


def test_closing_also_ends_children_that_left_the_process_group(tmp_path: Path, mark: str) -> None:
    lines: list[str] = []
    script = (
        "import subprocess, sys\n"
        "child = subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(60)'],"
        " start_new_session=True)\n"
        "print(child.pid)"
    )
    program = run(script, tmp_path, mark, lines)
    assert wait(program) == 0
    program.close()
    assert not alive(int(lines[0]))


def test_no_credential_of_the_user_reaches_a_job() -> None:
    outer = {
        "AWS_PROFILE": "real",
        "AWS_SECRET_ACCESS_KEY": "s",
        "PIP_INDEX_URL": "u",
        "HOME": "/h",
        "HF_TOKEN": "t",
        "UV_PUBLISH_PASSWORD": "p",
        "HF_ENDPOINT": "e",
    }
    inner = base_environment(outer)
    assert inner["PIP_INDEX_URL"] == "u"
    assert inner["HOME"] == "/h"
    assert inner["HF_ENDPOINT"] == "e"
    secrets = ("AWS_PROFILE", "AWS_SECRET_ACCESS_KEY", "HF_TOKEN", "UV_PUBLISH_PASSWORD")
    assert not inner.keys() & secrets
    assert inner["AWS_SHARED_CREDENTIALS_FILE"] == inner["HF_TOKEN_PATH"] == "/dev/null"


def test_a_job_sees_the_servers_packages_from_a_python_of_its_own(
    tmp_path: Path, mark: str
) -> None:
    binaries = make_environment(tmp_path / "python")
    lines: list[str] = []
    script = "import boto3, sys; print(sys.prefix); print(boto3.__version__)"
    program = Program(
        [str(binaries / "python3"), "-c", script],
        folder=tmp_path,
        environment=base_environment() | {"PATH": search_path(binaries)},
        mark=mark,
        on_line=lines.append,
    )
    assert wait(program) == 0
    program.close()
    assert lines[0] == str(tmp_path / "python")
