"""The packages of an endpoint travel in the artefact: its start asks no package index.

`code/requirements.txt` then begins with --no-index and --find-links wheels, which pip reads from
the file, wherever it is called: by the inference toolkit and by the Ray image with `-r`, by the
scikit-learn image as `pip install . -r requirements.txt` (sagemaker-containers, _modules.py). The
last builds the folder as a package, for which pip needs setuptools.
"""

import subprocess
import sys
from pathlib import Path

from reading.errors import UserError

FOLDER = "wheels"
_SECONDS = 600
# Amazon Linux 2023 and Ubuntu 22.04, on which AWS's images stand, have glibc 2.34 and newer. pip
# takes the names as they are: an older one does not include a newer one.
_PLATFORMS = ("manylinux2014_x86_64", "manylinux_2_27_x86_64", "manylinux_2_28_x86_64")
_BUILDS = "setuptools"
# The largest of what pip would bring; all of AWS's serving images have one that onnxruntime takes
# (docker/ray/uv.lock, docker/sklearn/1.9-0/uv.lock of the Deep Learning Containers). Of the others
# that they have, such as click, the versions are not always new enough.
_IN_EVERY_IMAGE = ("numpy",)


def gather(code: Path, python: str, source: Path | None = None) -> int:
    """Puts what code/requirements.txt needs on Linux with that Python, such as 3.12, into
    code/wheels, and makes pip look only there. Returns the bytes.

    `source` is a folder with wheels, of a network without an index. Raises UserError when
    something cannot be had.
    """
    requirements = code / "requirements.txt"
    folder = code / FOLDER
    _download(requirements, folder, python, source)
    for wheel in folder.iterdir():
        if wheel.name.partition("-")[0].lower() in _IN_EVERY_IMAGE:
            wheel.unlink()
    pins = requirements.read_text()
    requirements.write_text(f"--no-index\n--find-links {FOLDER}\n{pins}")
    return sum(wheel.stat().st_size for wheel in folder.iterdir())


def _download(requirements: Path, folder: Path, python: str, source: Path | None) -> None:
    index = ["--no-index", "--find-links", str(source)] if source else ["--retries", "1"]
    platforms = [f"--platform={name}" for name in _PLATFORMS]
    command = [
        *(sys.executable, "-m", "pip", "download", "--quiet", "--disable-pip-version-check"),
        *("--only-binary=:all:", f"--python-version={python}", *platforms, *index),
        *("--dest", str(folder), "-r", str(requirements), _BUILDS),
    ]
    try:
        subprocess.run(command, check=True, timeout=_SECONDS, capture_output=True, text=True)
    except subprocess.TimeoutExpired as error:
        raise UserError(f"wheels for Python {python}: not there after {_SECONDS} s") from error
    except subprocess.CalledProcessError as error:
        lines = [line for line in error.stderr.splitlines() if line.startswith("ERROR")]
        reason = lines[-1] if lines else f"pip download ended with {error.returncode}"
        where = f" in {source}" if source else ""
        raise UserError(f"wheels for Python {python}{where}: {reason}") from error
