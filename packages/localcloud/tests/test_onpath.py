"""The SageMaker SDK as a newcomer writes it, with no way out of this machine."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from localcloud import server

ROOT = Path(__file__).parents[1]
# Names other than the server's are asked of nobody: whoever asks hears so.
SESSION = """
import json, socket
resolve = socket.getaddrinfo
def loopback_only(host, *rest, **more):
    assert host in ("127.0.0.1", "localhost", None), f"{host} is not this machine"
    return resolve(host, *rest, **more)
socket.getaddrinfo = loopback_only
import sagemaker
session = sagemaker.Session()
print(json.dumps([session.account_id(), session.default_bucket()]))
"""
HIDDEN = "import sys; sys.stdout.write('hidden ran; ')"


def executed(data_dir: Path, *command: str, **more: str) -> str:
    finished = subprocess.run(
        [sys.executable, "-m", "localcloud", "exec", "--data-dir", str(data_dir), "--", *command],
        cwd=ROOT,
        env={**os.environ, "SAGEMAKER_SUPPRESS_V2_WARNING": "1", **more},
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert finished.returncode == 0, finished.stderr[-3000:]
    return finished.stdout


@pytest.fixture(scope="module")
def data_dir(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    folder: Path = tmp_path_factory.mktemp("cloud")
    server.start(folder)
    yield folder
    server.stop(folder)


def test_a_session_finds_its_account_and_bucket_here(data_dir: Path) -> None:
    account, bucket = json.loads(executed(data_dir, sys.executable, "-c", SESSION).splitlines()[-1])
    assert account == "000000000000"
    assert bucket == "sagemaker-us-east-1-000000000000"


def test_the_users_own_place_on_the_path_stays(data_dir: Path, tmp_path: Path) -> None:
    (tmp_path / "sitecustomize.py").write_text(HIDDEN)
    (tmp_path / "mine.py").write_text("print('mine')")
    found = executed(data_dir, sys.executable, "-c", "import mine", PYTHONPATH=str(tmp_path))
    assert found == "hidden ran; hidden ran; mine\n"  # for localcloud itself, and for the command
