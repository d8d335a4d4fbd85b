"""A copy of the project in which a contributor's edits are made, and programs that run in it."""

import json
import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
_LOCALCLOUD = "packages/localcloud/src"
_COPIED = ("contract", "infra", "lambdas", "ml_code", "reviews", "tools", _LOCALCLOUD)
_ON_PATH = ("", "ml_code", "lambdas", _LOCALCLOUD)


@dataclass(frozen=True, kw_only=True)
class Edit:
    """`new` is put in front of `before`, which is there once, or takes its place."""

    file: str
    before: str
    new: str
    replaces: bool = False


def changed_copy(folder: Path, *edits: Edit) -> Path:
    """The project with these edits, in `folder`. Raises ValueError where one does not fit."""
    for name in _COPIED:
        shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "cdk.json", folder)
    for edit in edits:
        path = folder / edit.file
        text = path.read_text()
        if text.count(edit.before) != 1:
            raise ValueError(
                f"{edit.file}: {edit.before!r} is there {text.count(edit.before)} times"
            )
        path.write_text(
            text.replace(edit.before, edit.new + ("" if edit.replaces else edit.before))
        )
    return folder


def places(*edits: Edit) -> int:
    """In how many files a contributor has to look for this wish."""
    return len({edit.file for edit in edits})


def run(copy: Path, program: str) -> Any:
    """The JSON document on the last line that a program prints, with the copy on its path."""
    path = [str(copy / folder) for folder in _ON_PATH]
    done = subprocess.run(
        [sys.executable, "-c", program],
        cwd=copy,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(path), "AWS_DEFAULT_REGION": "us-east-1"},
        capture_output=True,
        text=True,
        timeout=300,
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout.splitlines()[-1])
