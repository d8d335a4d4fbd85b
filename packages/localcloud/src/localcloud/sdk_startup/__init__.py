"""A folder for PYTHONPATH: a Python that starts with it lets the SageMaker SDK ask this server's
STS."""

import os
from pathlib import Path

FOLDER = Path(__file__).parent
MODULE = FOLDER / "sitecustomize.py"


def python_path(outer: str | None) -> str:
    """PYTHONPATH with the folder in front of what `outer` already lists."""
    listed = [folder for folder in (outer or "").split(os.pathsep) if folder]
    return os.pathsep.join([str(FOLDER), *(one for one in listed if one != str(FOLDER))])
