"""localcloud as a package of its own: its wheel, without the rest of this project beside it."""

import ast
import os
import re
import signal
import subprocess
import sys
import sysconfig
import tomllib
import venv
import zipfile
from collections.abc import Iterator
from email import message_from_bytes
from importlib.metadata import packages_distributions
from pathlib import Path

import boto3
import pytest

from localcloud.core.address import Address
from worlds.sources import SOURCE, modules
from worlds.waiting import until

PROJECT = Path(__file__).parents[1]
TESTS = Path(__file__).parent
IMPORT_ALL = """
import importlib, pkgutil, localcloud
for found in pkgutil.walk_packages(localcloud.__path__, "localcloud."):
    importlib.import_module(found.name)
print(localcloud.__file__)
"""


def pip(*arguments: str | Path) -> None:
    """Without an index: nothing is downloaded."""
    options = ("--no-deps", "--no-index", "--disable-pip-version-check")
    command = [sys.executable, "-m", "pip", *map(str, arguments), *options]
    subprocess.run(command, check=True, capture_output=True, timeout=120)


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Built from a copy, because setuptools leaves files where it builds."""
    source, target = tmp_path_factory.mktemp("source"), tmp_path_factory.mktemp("wheel")
    for name in ("pyproject.toml", "README.md"):
        (source / name).write_text((PROJECT / name).read_text())
    for path in SOURCE.glob("localcloud/**/*"):
        if path.suffix in (".py", ".typed"):
            copy = source / "src" / path.relative_to(SOURCE)
            copy.parent.mkdir(parents=True, exist_ok=True)
            copy.write_bytes(path.read_bytes())
    pip("wheel", "--no-build-isolation", "--wheel-dir", target, source)
    (built,) = target.iterdir()
    return built


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The commands of an environment that has the wheel; dependencies are those of this one."""
    folder = tmp_path_factory.mktemp("environment")
    venv.EnvBuilder(symlinks=True).create(folder)
    pip("--python", folder / "bin" / "python", "install", wheel)
    (site,) = folder.glob("lib/python*/site-packages")
    (site / "dependencies.pth").write_text(sysconfig.get_path("purelib"))
    return folder / "bin"


def run(*command: str | Path) -> str:
    return subprocess.run(
        list(map(str, command)),
        env=without_path(),
        check=True,
        capture_output=True,
        text=True,
        timeout=120,
    ).stdout


def without_path() -> dict[str, str]:
    return {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}


def test_the_wheel_has_every_module_and_nothing_else(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        names = {name for name in archive.namelist() if ".dist-info/" not in name}
    expected = {path.relative_to(SOURCE).as_posix() for path in modules().values()}
    assert names == {*expected, "localcloud/py.typed"}


def test_the_wheel_says_what_it_is_and_what_it_needs(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        (name,) = [name for name in archive.namelist() if name.endswith(".dist-info/METADATA")]
        metadata = message_from_bytes(archive.read(name))
    assert metadata["Name"] == "localcloud-sagemaker"
    declared = tomllib.loads((PROJECT / "pyproject.toml").read_text())["project"]
    assert metadata["Requires-Python"] == declared["requires-python"]
    assert "## Quick start" in str(metadata.get_payload())
    assert "ministack[full]==1.5.33" in metadata.get_all("Requires-Dist", [])


def test_every_module_can_be_imported_without_the_rest_of_this_project(installed: Path) -> None:
    file = Path(run(installed / "python", "-c", IMPORT_ALL).strip())
    assert file.is_relative_to(installed.parent.resolve())


def test_its_command_is_installed(installed: Path) -> None:
    assert "serve in the foreground" in run(installed / "localcloud", "--help")


@pytest.fixture
def served(installed: Path, tmp_path: Path) -> Iterator[Address]:
    command = [installed / "localcloud", "serve", "--data-dir", tmp_path / "cloud"]
    with (tmp_path / "log").open("wb") as log:
        server = subprocess.Popen(command, env=without_path(), stdout=log, stderr=log)
    try:
        address = until(lambda: Address.read(tmp_path / "cloud"))
        assert address is not None, (tmp_path / "log").read_text()
        yield address
    finally:
        server.send_signal(signal.SIGTERM)
        assert server.wait(60) == 0


def test_the_installed_command_serves(served: Address) -> None:
    sagemaker = boto3.client(
        "sagemaker",
        endpoint_url=served.endpoint_url,
        region_name="us-east-1",
        aws_access_key_id="test",
        aws_secret_access_key="test",
    )
    sagemaker.create_experiment(ExperimentName="first")
    names = [one["ExperimentName"] for one in sagemaker.list_experiments()["ExperimentSummaries"]]
    assert names == ["first"]


def test_the_tests_import_only_what_the_project_file_requires() -> None:
    """And so nothing of a project around this one."""
    project = tomllib.loads((PROJECT / "pyproject.toml").read_text())["project"]
    required = [*project["dependencies"], *project["optional-dependencies"]["test"]]
    distributions = {re.split(r"[^\w-]", one)[0] for one in required}
    modules = {
        module
        for module, names in packages_distributions().items()
        if not distributions.isdisjoint(names)
    }
    known = {*sys.stdlib_module_names, *modules, "localcloud", "worlds"}
    unknown = {
        name
        for path in TESTS.rglob("*.py")
        for name in imported(path)
        if name not in known and not path.with_name(f"{name}.py").exists()
    }
    assert unknown == set()


def imported(path: Path) -> Iterator[str]:
    """The top-level names of the modules that a file imports."""
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            yield from (alias.name.partition(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield str(node.module).partition(".")[0]
