"""Files that comments and docstrings name are there; tests/docs looks after those of the pages."""

import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.layout.imports import ROOT

_LIST = ("git", "ls-files", "-z", "--cached", "--others", "--exclude-standard")
_LOCALCLOUD = "packages/localcloud/"
_PATH = re.compile(
    r"(?<![\w./{}-])(?:benchmarks|contract|infra|lambdas|ml_code|notebooks|packages|reviews|tests"
    r"|tools)/[\w./-]*\w\.(?:ipynb|js|py|toml)\b"
)
# Where a path is one of another project, or of a test's own project.
_OTHERS = {
    "packages/localcloud/src/localcloud/jobs/processing.py": {"tests/integ/test_processing.py"},
    "packages/localcloud/src/localcloud/tuning/check.py": {"tests/integ/test_tuner.py"},
    "tests/images/test_rebuilt.py": {"tests/images/test_x.py"},
    "tests/tools/test_aws_truth.py": {"tests/tools/test_gone.py"},
}


def named_files() -> Iterator[tuple[str, str]]:
    """(file, path of another that it names), of code and of the Makefile."""
    listed = subprocess.run(
        [*_LIST, "*.py", "*.js", "*.toml", "*.yml", "Makefile"],
        cwd=ROOT,
        check=True,
        capture_output=True,
        text=True,
        timeout=60,
    )
    for file in filter(None, listed.stdout.split("\0")):
        path = ROOT / file
        if path.is_file() and path != Path(__file__):
            yield from ((file, named) for named in _PATH.findall(path.read_text(encoding="utf-8")))


def is_there(file: str, named: str) -> bool:
    """localcloud is a project of its own, whose files may name those of its own folder."""
    folders = ["", _LOCALCLOUD] if file.startswith(_LOCALCLOUD) else [""]
    return any((ROOT / folder / named).is_file() for folder in folders)


def test_files_that_code_names_are_there() -> None:
    named = list(named_files())
    assert len(named) > 100
    assert [
        f"{file}: {path}"
        for file, path in named
        if not is_there(file, path) and path not in _OTHERS.get(file, ())
    ] == []


@pytest.mark.parametrize("file", _OTHERS)
def test_every_exception_is_still_needed(file: str) -> None:
    assert _OTHERS[file] <= {path for named_by, path in named_files() if named_by == file}
