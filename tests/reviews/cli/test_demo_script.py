"""tools/demo with a fake Python that only records its arguments."""

import os
import shutil
import signal
import subprocess
from pathlib import Path

import pytest

from worlds.waiting import until

SCRIPT = Path(__file__).parents[3] / "tools" / "demo"
STUB = """\
#!/bin/sh
echo "$*" >> "$CALLS"
case "$*" in *"$HANG"*) exec sleep 60 ;; *"$BREAK"*) exit 7 ;; esac
"""


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A folder with the script and the stub, whose path has a space."""
    folder = tmp_path / "a project"
    (folder / "tools").mkdir(parents=True)
    shutil.copy(SCRIPT, folder / "tools" / "demo")
    python = folder / ".venv" / "bin" / "python"
    python.parent.mkdir(parents=True)
    python.write_text(STUB)
    python.chmod(0o755)
    return folder


def start(project: Path, **environment: str) -> subprocess.Popen[str]:
    defaults = {"HANG": "nothing hangs", "BREAK": "nothing breaks", "REVIEWS": ""}
    calls = {"CALLS": str(project / "calls"), "DATA_DIR": ".localcloud"}
    return subprocess.Popen(
        ["sh", str(project / "tools" / "demo")],
        env={**os.environ, **defaults, **calls, **environment},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        start_new_session=True,
        text=True,
    )


def calls(project: Path) -> list[str]:
    file = project / "calls"
    return file.read_text().splitlines() if file.exists() else []


def test_the_demo_deploys_and_executes(project: Path) -> None:
    process = start(project)
    process.communicate()
    assert process.returncode == 0
    assert calls(project)[1:] == [
        "-m reviews.cli.main deploy --env local",
        "-m reviews.cli.demo --env local",
    ]


def test_the_demo_clears_what_a_stopped_server_left(project: Path) -> None:
    process = start(project, BREAK="localcloud env")
    process.communicate()
    assert process.returncode == 0
    assert "localcloud clear" in calls(project)[1]
    assert "reviews.cli.main deploy" in calls(project)[2]


def test_a_missing_file_of_reviews_is_named_before_anything_starts(project: Path) -> None:
    process = start(project, REVIEWS="nowhere.csv")
    output, _ = process.communicate()
    assert process.returncode == 2
    assert output == "REVIEWS=nowhere.csv: there is no such file\n"
    assert calls(project) == []


def test_a_failed_step_ends_the_demo_with_its_exit_code(project: Path) -> None:
    process = start(project, BREAK="reviews.cli.main deploy")
    process.communicate()
    assert process.returncode == 7
    assert "reviews.cli.main deploy" in calls(project)[-1]


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
@pytest.mark.parametrize("step", ["reviews.cli.main deploy", "reviews.cli.demo"])
def test_a_signal_ends_the_step_and_the_embedded_aws(
    project: Path, step: str, number: signal.Signals
) -> None:
    process = start(project, HANG=step)
    assert until(lambda: any(step in call for call in calls(project)))
    process.send_signal(number)  # to the script alone: it has to end its child itself
    output, _ = process.communicate()  # returns when no child holds the pipe any more
    assert process.returncode == 130
    assert "Stopped" in output
    assert "localcloud stop" in calls(project)[-1]
