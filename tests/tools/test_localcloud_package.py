"""packages/localcloud names versions of its dependencies that this project has."""

import re
import tomllib
from pathlib import Path

ROOT = Path(__file__).parents[2]
_NAME = re.compile(r"[\w.-]+")


def name_of(requirement: str) -> str:
    found = _NAME.match(requirement)
    assert found is not None, requirement
    return found[0].lower()


def test_localcloud_needs_what_this_project_installs() -> None:
    project = tomllib.loads((ROOT / "packages/localcloud/pyproject.toml").read_text())["project"]
    wanted = [*project["dependencies"], *project["optional-dependencies"]["test"]]
    pinned = (ROOT / "requirements.lock").read_text().splitlines()
    pinned += (ROOT / "tools" / "install").read_text().split()
    assert {name_of(one) for one in wanted} <= {name_of(one) for one in pinned if _NAME.match(one)}


def test_both_pin_the_same_ministack() -> None:
    project = tomllib.loads((ROOT / "packages/localcloud/pyproject.toml").read_text())["project"]
    (ministack,) = [one for one in project["dependencies"] if "==" in one]
    assert ministack in (ROOT / "requirements.txt").read_text().splitlines()
