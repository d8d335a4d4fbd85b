"""The patches of ministack, held against a newer one: `make newest-ministack` fetches it.

What fails here stops nobody yet: the pinned version is what is installed. It names the patches that
have to be looked at before the pin moves, each with the test that shows what it does.
"""

import json
import os
import subprocess
import sys
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from localcloud.ministack import MINISTACK
from localcloud.ministack.patch import Patch
from localcloud.ministack.table import PATCHES

# The variable names the folder of another one, as `pip install --target` makes it.
FETCHED = Path(
    os.environ.get("NEWEST_MINISTACK", Path(__file__).parents[4] / "build" / "newest-ministack")
)
# Prints what has moved, and of each place that a row names what is there: signature and source.
LOOK = """
import inspect, json, sys
from pathlib import Path
from localcloud import ministack
from localcloud.ministack import patch
from localcloud.ministack.table import PATCHES

def text(of, value):
    try:
        return str(of(value))
    except (TypeError, ValueError):  # no function: a table, a pattern
        return ""

ministack.configure(0, Path(sys.argv[1]))
names = {name for row in PATCHES for name in (row.target, *row.uses)}
places = {
    name: [[text(inspect.signature, one), text(inspect.getsource, one)] for one in patch.find(name)]
    for name in sorted(names)
}
print(json.dumps({"moved": patch.moved(PATCHES), "places": places}))
"""


def fetched_version() -> str:
    found = [path.name.split("-")[1] for path in FETCHED.glob("ministack-*.dist-info")]
    return found[0].removesuffix(".dist") if found else ""


@pytest.fixture(scope="module", autouse=True)
def newer() -> str:
    """The version that is held against the pinned one."""
    version = fetched_version()
    if not version:
        pytest.skip("no ministack beside the pinned one: make newest-ministack fetches the newest")
    if version == MINISTACK:
        pytest.skip(f"ministack {MINISTACK} is the newest")
    return version


@cache
def looked(folder: Path | None) -> dict[str, Any]:
    """Of the ministack in this folder; None is the one that is installed."""
    path = [str(folder)] if folder else []
    finished = subprocess.run(
        [sys.executable, "-c", LOOK, os.devnull],
        env={**os.environ, "PYTHONPATH": os.pathsep.join([*path, *filter(None, sys.path)])},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert finished.returncode == 0, finished.stderr[-3000:]
    found: dict[str, Any] = json.loads(finished.stdout.splitlines()[-1])
    return found


def test_nothing_that_a_patch_names_has_moved(newer: str) -> None:
    moved = looked(FETCHED)["moved"]
    assert not moved, "\n- ".join([f"ministack {newer} has moved:", *moved])


@pytest.mark.parametrize("row", PATCHES, ids=lambda row: f"{row.target} by {row.make.__name__}")
def test_what_a_patch_replaces_and_uses_is_as_it_was(newer: str, row: Patch) -> None:
    before, after = (looked(folder)["places"] for folder in (None, FETCHED))
    changes = [
        f"{name} {changed}"
        for name in (row.target, *row.uses)
        if (changed := difference(before[name], after[name]))
    ]
    assert not changes, (
        f"{row.make.__name__} patches what ministack {newer} has changed; {row.test} shows what it "
        "does:\n- " + "\n- ".join(changes)
    )


def difference(before: list[list[str]], after: list[list[str]]) -> str:
    """Of one place; of all entries of a table, only how they are called counts."""
    signatures = sorted({one[0] for one in after} - {one[0] for one in before})
    if signatures:
        return f"is called as {', '.join(signatures)}"
    if len(before) == len(after) == 1 and before != after:
        return "has another body"
    return ""
