import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from reviews.cli import processes
from reviews.client.errors import CommandFailed
from worlds.waiting import until

PROJECT = Path(__file__).parents[3]
PARENT = """
import os, sys
from reviews.cli import processes
processes.end_by_exception()
processes.run([sys.executable, "-c", sys.argv[1], sys.argv[2]], dict(os.environ))
"""
CHILD = """
import os, pathlib, sys, time
pathlib.Path(sys.argv[1]).write_text(str(os.getpid()))
time.sleep(60)
"""


def test_a_program_runs_in_the_project_with_the_installed_ones_first(capfd) -> None:
    script = "import os; print(os.getcwd()); print(os.environ['PATH'])"
    processes.run([sys.executable, "-c", script], {"PATH": "/bin"})
    out, err = capfd.readouterr()
    folder, path = err.splitlines()
    assert (out, folder) == ("", str(PROJECT))
    assert path.split(os.pathsep)[1:] == [str(PROJECT / "node_modules" / ".bin"), "/bin"]


def test_a_program_that_fails_is_named_with_its_exit_code() -> None:
    with pytest.raises(CommandFailed, match=r"raise SystemExit\(7\) ended with exit code 7"):
        processes.run([sys.executable, "-c", "raise SystemExit(7)"], os.environ)


def test_a_program_that_is_not_there_is_named() -> None:
    with pytest.raises(CommandFailed, match="no-such-program cannot be run"):
        processes.run(["no-such-program"], os.environ)
    assert processes.read_output(["no-such-program"]) == ""
    assert processes.find("no-such-program") is None


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_the_program_too(tmp_path: Path, number: signal.Signals) -> None:
    noted = tmp_path / "pid"
    parent = subprocess.Popen(
        [sys.executable, "-c", PARENT, CHILD, str(noted)], cwd=PROJECT, stderr=subprocess.DEVNULL
    )
    assert until(lambda: noted.exists() and noted.read_text())
    parent.send_signal(number)  # to the parent alone, as `kill` does
    parent.wait(60)
    with pytest.raises(ProcessLookupError):
        os.kill(int(noted.read_text()), 0)
