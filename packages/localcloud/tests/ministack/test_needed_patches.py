"""Each patch of ministack is needed: the test that its row names fails when the patch is left out.

Slow: each row starts a server of its own. For one row, with its target in the name of the test:
`python -m pytest tests/ministack/test_needed_patches.py -m slow -k _call_lambda`
"""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from localcloud.ministack.patch import Patch
from localcloud.ministack.table import PATCHES

PROJECT = Path(__file__).parents[2]
_COPIED = ("src", "tests", "pyproject.toml")
_TESTS_FAILED = 1  # pytest's exit code: neither an error of pytest's nor no test at all
_WITHOUT = """
_LEFT_OUT = {left_out}
PATCHES = tuple(row for number, row in enumerate(PATCHES) if number not in _LEFT_OUT)
"""


def depending(number: int) -> list[int]:
    """A row, and for an entry that it adds to a table, the rows that need this entry."""
    row = PATCHES[number]
    if not row.is_new:
        return [number]
    return [
        other
        for other, found in enumerate(PATCHES)
        if found.target == row.target or row.target in found.uses
    ]


def copy_without(folder: Path, left_out: list[int]) -> None:
    """Copies localcloud and its tests, and removes these rows from the copy's table."""
    for name in _COPIED:
        source = PROJECT / name
        if source.is_dir():
            shutil.copytree(source, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy(source, folder)
    with (folder / "src/localcloud/ministack/table.py").open("a") as table:
        table.write(_WITHOUT.format(left_out=left_out))


@pytest.mark.slow
@pytest.mark.parametrize(
    ("number", "row"),
    [
        pytest.param(n, row, id=f"{row.target} by {row.make.__name__}")
        for n, row in enumerate(PATCHES)
    ],
)
def test_a_test_fails_without_its_patch(number: int, row: Patch, tmp_path: Path) -> None:
    copy_without(tmp_path, depending(number))
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-x", "--timeout=120", f"tests/{row.test}"],
        cwd=tmp_path,
        env=environment,
        capture_output=True,
        text=True,
        timeout=300,
    )
    assert done.returncode == _TESTS_FAILED, f"{row.test} passes without {row.target}"
    # The server of the test has started, so that what failed is the test.
    assert "PatchError" not in done.stdout, done.stdout[-2000:]
