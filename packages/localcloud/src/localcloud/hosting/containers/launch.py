"""Runs one of this folder's programs in the environment of an instance.

Run as `python -P launch.py toolkit` with a listening socket inherited as file descriptor
LOCALCLOUD_SOCKET. No folder of localcloud stays on the import path: the modules there are the
model's own and those of the instance's environment.
"""

import importlib
import sys
from pathlib import Path
from types import ModuleType

_SOURCE = str(Path(__file__).resolve().parents[3])


def load(name: str) -> ModuleType:
    """Imports a program of this folder."""
    sys.path.insert(0, _SOURCE)
    program = importlib.import_module(f"localcloud.hosting.containers.{name}")
    sys.path.remove(_SOURCE)
    return program


# Worker processes get the program, too: Python starts them by running this file as __mp_main__.
if __name__ in ("__main__", "__mp_main__"):
    _PROGRAM = load(sys.argv[1])
if __name__ == "__main__":
    _PROGRAM.main()
