"""The folders that become Lambda packages: a function's own modules beside the shared ones."""

import atexit
import shutil
import tempfile
from functools import cache
from pathlib import Path

PROJECT = Path(__file__).resolve().parent.parent
_WITHOUT = shutil.ignore_patterns("__pycache__", "*.pyc", ".*")


@cache
def _build() -> Path:
    """Of this process: another synthesis at the same time has its own."""
    folder = Path(tempfile.mkdtemp(prefix="lambdas-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return folder


def stage_function(name: str) -> Path:
    """A fresh folder of the function's package; the same sources give the same asset hash."""
    target = _build() / name
    shutil.rmtree(target, ignore_errors=True)
    shutil.copytree(PROJECT / "lambdas" / name, target, ignore=_WITHOUT)
    shutil.copytree(PROJECT / "lambdas" / "shared", target / "shared", ignore=_WITHOUT)
    if name == "prepare":
        shutil.copytree(PROJECT / "ml_code", target / "ml_code", ignore=_WITHOUT)
    return target
