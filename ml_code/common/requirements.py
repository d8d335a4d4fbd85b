"""Installs what an image lacks of a requirements file."""

import importlib
import subprocess
import sys
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from reading.errors import UserError

try:
    from packaging.requirements import Requirement
except ModuleNotFoundError:  # a plain image: pip has a copy of its own
    from pip._vendor.packaging.requirements import Requirement  # type: ignore[assignment]

_INSTALL_SECONDS = 600


def missing(requirements: Path) -> list[str]:
    """The lines of the file that the running interpreter does not satisfy."""
    lines = (line.split("#")[0].strip() for line in requirements.read_text().splitlines())
    return [line for line in lines if line and not _satisfied(Requirement(line))]


def install_missing(name: str) -> None:
    """Installs what is missing of a file beside the scripts, such as requirements.txt.

    Raises UserError when pip fails or takes longer than 10 minutes.
    """
    requirements = Path(__file__).resolve().parents[1] / name
    lines = missing(requirements)
    if not lines:
        return
    print(f"Installing {', '.join(lines)}", flush=True)
    command = [sys.executable, "-m", "pip", "install", "--quiet", "-r", str(requirements)]
    try:
        subprocess.run(command, check=True, timeout=_INSTALL_SECONDS)
    except (subprocess.CalledProcessError, subprocess.TimeoutExpired) as error:
        raise UserError(f"{requirements.name}: pip could not install {', '.join(lines)}") from error
    importlib.invalidate_caches()


def _satisfied(requirement: Requirement) -> bool:
    if requirement.marker is not None and not requirement.marker.evaluate():
        return True
    try:
        installed = version(requirement.name)
    except PackageNotFoundError:
        return False
    return requirement.specifier.contains(installed, prereleases=True)
