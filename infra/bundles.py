"""The folders that become Lambda packages, and the folder that holds the code of the jobs."""

import atexit
import shutil
import tempfile
from functools import cache
from pathlib import Path

PROJECT = Path(__file__).resolve().parent.parent
_WITH_JOBS = ("prepare", "start_drift")  # the functions that upload the code of jobs
_WITHOUT = shutil.ignore_patterns("__pycache__", "*.pyc", ".*")


@cache
def _build() -> Path:
    """The build folder of this process, so that two syntheses at the same time do not collide."""
    folder = Path(tempfile.mkdtemp(prefix="lambdas-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return folder


def stage_function(name: str) -> Path:
    """A fresh folder of the function's package: its own modules with shared and contract.

    The same sources give the same asset hash.
    """
    target = _build() / name
    shutil.rmtree(target, ignore_errors=True)
    shutil.copytree(PROJECT / "lambdas" / name, target, ignore=_WITHOUT)
    shutil.copytree(PROJECT / "lambdas" / "shared", target / "shared", ignore=_WITHOUT)
    shutil.copytree(PROJECT / "contract", target / "contract", ignore=_WITHOUT)
    if name in _WITH_JOBS:
        stage_jobs(target / "ml_code")
    return target


def stage_jobs(target: Path) -> Path:
    """A new folder with what a job finds beside its script: ml_code, and contract in it.

    A function uploads it as source/ and as sourcedir.tar.gz. Raises FileExistsError where there is
    such a folder.
    """
    shutil.copytree(PROJECT / "ml_code", target, ignore=_WITHOUT)
    shutil.copytree(PROJECT / "contract", target / "contract", ignore=_WITHOUT)
    return target
