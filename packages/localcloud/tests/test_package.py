"""localcloud as a package of its own, without the rest of this project."""

import os
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

PROJECT = Path(__file__).parents[1]
SOURCE = PROJECT / "src" / "localcloud"
NEIGHBOURS = ("infra", "lambdas", "ml_code", "reviews")
IMPORT_ALL = f"""
import importlib, pkgutil, sys

class Alone:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in {NEIGHBOURS}:
            raise ImportError(name + " is not part of localcloud")

sys.meta_path.insert(0, Alone())
import localcloud
names = [found.name for found in pkgutil.walk_packages(localcloud.__path__, "localcloud.")]
for name in names:
    importlib.import_module(name)
print(localcloud.__file__, len(names))
"""


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the package alone is installed."""
    source, target = tmp_path_factory.mktemp("source"), tmp_path_factory.mktemp("site")
    ignored = shutil.ignore_patterns("__pycache__", "*.egg-info", "build")
    shutil.copytree(PROJECT, source / "localcloud", ignore=ignored)
    pip = [
        sys.executable,
        "-m",
        "pip",
        "install",
        "--no-deps",
        "--no-build-isolation",
        "--no-index",
    ]
    subprocess.run(
        [*pip, "--target", str(target), str(source / "localcloud")],
        check=True,
        capture_output=True,
        timeout=120,
    )
    return target


def run(site: Path, *command: str) -> str:
    return subprocess.run(
        [sys.executable, *command],
        cwd=site.parent,
        env={**os.environ, "PYTHONPATH": str(site)},
        check=True,
        capture_output=True,
        text=True,
        timeout=120,
    ).stdout


def test_the_package_has_every_module_and_needs_none_of_its_neighbours(site: Path) -> None:
    file, count = run(site, "-c", IMPORT_ALL).split()
    assert Path(file).is_relative_to(site)
    modules = [path for path in SOURCE.rglob("*.py") if path.name != "__init__.py"]
    packages = {path.parent for path in SOURCE.rglob("__init__.py")} - {SOURCE}
    assert int(count) == len(modules) + len(packages)


def test_it_says_that_it_has_types(site: Path) -> None:
    assert (site / "localcloud" / "py.typed").is_file()


def test_its_command_is_installed(site: Path) -> None:
    assert "serve in the foreground" in run(site, str(site / "bin" / "localcloud"), "--help")


def test_it_needs_versions_that_this_project_has() -> None:
    wanted = tomllib.loads((PROJECT / "pyproject.toml").read_text())["project"]["dependencies"]
    pinned = (PROJECT.parents[1] / "requirements.txt").read_text().splitlines()
    names = {line.split("==")[0].split(">=")[0] for line in pinned}
    assert {requirement.split(">=")[0].split("==")[0] for requirement in wanted} <= names
    ministack = [requirement for requirement in wanted if "==" in requirement]
    assert ministack == ["ministack[full]==1.5.33"]
    assert ministack[0] in pinned
