"""The folders that become Lambda packages: a function's own modules beside the shared ones."""

import shutil
from pathlib import Path

PROJECT = Path(__file__).resolve().parent.parent
BUILD = PROJECT / "build" / "lambdas"
_WITHOUT = shutil.ignore_patterns("__pycache__", "*.pyc", ".*")


def stage_function(name: str) -> Path:
    """A fresh folder of the function's package; the same sources give the same asset hash."""
    target = BUILD / name
    shutil.rmtree(target, ignore_errors=True)
    shutil.copytree(PROJECT / "lambdas" / name, target, ignore=_WITHOUT)
    shutil.copytree(PROJECT / "lambdas" / "common", target / "common", ignore=_WITHOUT)
    if name == "prepare":
        shutil.copytree(PROJECT / "ml_code", target / "ml_code", ignore=_WITHOUT)
    return target
