"""AWS's container images without Docker: a virtual environment with an image's Python and pins.

What an image has is data: one file of pins an image in `pins/`, with its source and date. `build`
makes the environment once and keeps it under build/images/, named by a hash of the pins. A
`container` of it is another environment on top, so that what a job installs is gone with the job.

How a part is added:
1. `pins/<name>.toml`: repository, tag, python, source, read (date), left_out, requirements (exact,
   with all that they require), and where needed `without_compiler` and `with_dependencies`.
2. `test_<part>.py` whose tests take the fixture `rebuild`: `rebuild("<name>")` gives a fresh
   container as a `Rebuilt`, skips the test where the image's Python is not found, and puts the test
   into the table at the end. The test's name is what the table says was run; `rebuild.note("...")`
   adds to its result, and so does every pytest.skip of, say, a missing Java.
3. `@pytest.mark.gigabytes` where the environment is that large: those run in `make test-images`
   only, all others in `make test` too.
"""

import fcntl
import hashlib
import os
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
PINS = Path(__file__).with_name("pins")
CACHE = ROOT / "build" / "images"
_NO_COMPILER = ROOT / "tools" / "no-compiler"
_BUILD_SECONDS = 1500


class PythonMissing(Exception):
    """No interpreter of the image's version was found; the text says where it was looked for."""


@dataclass(frozen=True, kw_only=True)
class Image:
    """An image of AWS's, as its pins describe it."""

    name: str
    repository: str
    tag: str
    python: str
    requirements: tuple[str, ...]
    without_compiler: tuple[str, ...] = ()
    with_dependencies: tuple[str, ...] = ()

    @classmethod
    def read(cls, name: str) -> "Image":
        pins: dict[str, Any] = tomllib.loads((PINS / f"{name}.toml").read_text())
        lists = ("requirements", "without_compiler", "with_dependencies")
        return cls(
            name=name,
            **{key: pins[key] for key in ("repository", "tag", "python")},
            **{key: tuple(pins.get(key, ())) for key in lists},
        )

    @property
    def title(self) -> str:
        return f"{self.repository}:{self.tag}"


@dataclass(frozen=True)
class Rebuilt:
    """The environment of an image: `python` is its interpreter, `bin` has its programs."""

    image: Image
    bin: Path

    @property
    def python(self) -> Path:
        return self.bin / "python"

    def environment(self, **variables: str) -> dict[str, str]:
        """What a program of the image sees: the image's PATH, nothing of this process's Python."""
        kept = {
            name: value
            for name, value in os.environ.items()
            if name not in ("PYTHONPATH", "VIRTUAL_ENV", "PYENV_VERSION")
        }
        return {
            **kept,
            "PATH": f"{self.bin}{os.pathsep}{os.environ['PATH']}",
            "PYTHONUNBUFFERED": "1",
            **variables,
        }

    def container(self, folder: Path) -> "Rebuilt":
        """An environment in a new folder that has all of this one; pip installs into the new one.

        The image's programs are there too, started with the new interpreter.
        """
        subprocess.run([self.python, "-m", "venv", "--without-pip", folder], check=True)
        below = next(self.bin.parent.glob("lib/python*/site-packages"))
        site = next(folder.glob("lib/python*/site-packages"))
        (site / "image.pth").write_text(f"{below}\n")
        for program in filter(Path.is_file, self.bin.iterdir()):
            copy = folder / "bin" / program.name
            if not copy.exists() and program.read_bytes()[:2] == b"#!":
                copy.write_text(
                    program.read_text().replace(str(self.python), str(copy.parent / "python"))
                )
                copy.chmod(0o755)
        return Rebuilt(self.image, folder / "bin")

    def version(self, package: str) -> str:
        code = f"from importlib.metadata import version; print(version({package!r}))"
        return subprocess.check_output([self.python, "-c", code], text=True).strip()


def find_python(version: str) -> tuple[Path, str]:
    """(an interpreter of this version, such as 3.12, its whole version); PythonMissing if none."""
    for candidate in _candidates(version):
        code = "import ensurepip, sys, venv; print('.'.join(map(str, sys.version_info[:3])))"
        try:
            found = subprocess.check_output(
                [candidate, "-c", code], text=True, stderr=subprocess.DEVNULL, timeout=30
            ).strip()
        except (OSError, subprocess.SubprocessError):  # pyenv's shim of a version not chosen
            continue
        if found.startswith(f"{version}."):
            return Path(candidate), found
    raise PythonMissing(f"Python {version}: not on the PATH, under pyenv or found by uv")


def _candidates(version: str) -> Iterator[str]:
    if sys.version_info[:2] == tuple(map(int, version.split("."))):
        yield sys.executable
    on_path = shutil.which(f"python{version}")
    if on_path:
        yield on_path
    pyenv = Path(os.environ.get("PYENV_ROOT", Path.home() / ".pyenv"))
    yield from map(str, sorted(pyenv.glob(f"versions/{version}.*/bin/python"), reverse=True))
    if shutil.which("uv"):
        found = subprocess.run(["uv", "python", "find", version], capture_output=True, text=True)
        if found.returncode == 0:
            yield found.stdout.strip()


def build(image: Image) -> Rebuilt:
    """The environment of an image, made when it is not there yet; PythonMissing without Python."""
    python, version = find_python(image.python)
    pins = (PINS / f"{image.name}.toml").read_bytes()
    digest = hashlib.sha256(pins + version.encode()).hexdigest()[:12]
    folder = CACHE / f"{image.name}-{digest}"
    CACHE.mkdir(parents=True, exist_ok=True)
    with (CACHE / f"{image.name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # tests of several processes need the same environment
        if not (folder / "complete").is_file():
            shutil.rmtree(folder, ignore_errors=True)
            subprocess.run([python, "-m", "venv", folder], check=True)
            _install(image, folder)
            (folder / "complete").touch()
    return Rebuilt(image, folder / "bin")


def _install(image: Image, folder: Path) -> None:
    _pip(folder, ["--no-deps", *image.requirements])
    if image.without_compiler:
        # CC cannot name a path with spaces; a real compiler is needed there.
        stub = {"CC": str(_NO_COMPILER), "LDSHARED": str(_NO_COMPILER)}
        options = ["--no-deps", "--no-cache-dir", "--no-build-isolation"]
        _pip(folder, ["setuptools<81", "wheel"])
        _pip(
            folder,
            [*options, *image.without_compiler],
            {} if " " in str(_NO_COMPILER) else stub,
        )
        _replace_empty_extension(folder)
    if image.with_dependencies:
        _pip(folder, [*image.with_dependencies, *image.requirements])


def _pip(folder: Path, arguments: Sequence[str], environment: Mapping[str, str] = {}) -> None:
    command = [folder / "bin" / "python", "-m", "pip", "install", "--quiet", *arguments]
    done = subprocess.run(
        command,
        env={**os.environ, "PIP_DISABLE_PIP_VERSION_CHECK": "1", **environment},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=_BUILD_SECONDS,
    )
    if done.returncode:
        raise RuntimeError(f"pip install in {folder.name} failed:\n{done.stdout[-4000:]}")


def _replace_empty_extension(folder: Path) -> None:
    """The toolkits import gethostname, which matters under MPI alone."""
    for empty in folder.glob("lib/python*/site-packages/gethostname.*.so"):
        empty.with_name("gethostname.py").write_text("# Stands in for the C extension.\n")
        empty.unlink()
