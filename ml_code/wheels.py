"""The packages of an endpoint that has no way to a package index: they travel in the artefact."""

import subprocess
import sys
from pathlib import Path

from problems import UserError

_SECONDS = 600


def copy_wheels(source: Path, code: Path) -> None:
    """Copies what code/requirements.txt needs, and what that needs, from `source` to code/wheels.

    Raises UserError when something is not there.
    """
    command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-index"]
    places = ["--find-links", str(source), "--dest", str(code / "wheels")]
    try:
        subprocess.run(
            [*command, *places, "-r", str(code / "requirements.txt")],
            check=True,
            timeout=_SECONDS,
            capture_output=True,
            text=True,
        )
    except subprocess.CalledProcessError as error:
        reason = error.stderr.strip().splitlines()[-1:] or [f"exit {error.returncode}"]
        raise UserError(f"wheels {source}: {reason[0]}") from error
