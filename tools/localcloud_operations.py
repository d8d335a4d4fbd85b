"""The table of docs/localcloud.md with the operations of localcloud.

A row for each module of operations. What it refuses is the sentence of its docstring that begins
with "Refused, not ignored:"; the tests are the fewest files that call each of its operations.
"""

import re
import sys
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from pathlib import Path

from botocore import xform_name

from localcloud.composition import OPERATIONS
from tools import blocks
from tools.assembly import PROJECT

TESTS = PROJECT / "packages" / "localcloud" / "tests"
_HEADINGS = ["operations", "refused of them", "tested by"]
_REFUSED = re.compile(r"Refused, not ignored: (.*?)\.(?:\s|$)", re.DOTALL)


class UntestedOperation(Exception):
    """No test of localcloud calls an operation."""


def render() -> str:
    """The table. Raises UntestedOperation."""
    return blocks.table(_HEADINGS, [_line(module, names) for module, names in _by_module().items()])


def _by_module() -> Mapping[str, list[str]]:
    found: dict[str, list[str]] = {}
    for (_, name), handler in OPERATIONS.items():
        found.setdefault(handler.__module__, []).append(name)
    return found


def _line(module: str, names: Sequence[str]) -> list[str]:
    folder = module.split(".")[1]
    return [
        ", ".join(f"`{name}`" for name in names),
        refused(sys.modules[module].__doc__ or ""),
        ", ".join(f"`{file}`" for file in fewest(names, _calls(), folder)),
    ]


def refused(docstring: str) -> str:
    """`Refused, not ignored: Pipe mode, experiments.` → `Pipe mode, experiments`."""
    found = _REFUSED.search(docstring)
    return " ".join(found[1].split()) if found else ""


def fewest(names: Iterable[str], calls: Mapping[str, set[str]], folder: str) -> list[str]:
    """Few files that call all operations, those of the folder `folder`, or its one test, first.

    `calls`: file → the operations that it calls. Raises UntestedOperation.
    """
    left, chosen = set(names), []
    own = (f"{folder}/", f"test_{folder}.py")
    while left:
        best = max(
            sorted(calls),
            key=lambda file: (len(calls[file] & left), file.startswith(own)),
        )
        if not calls[best] & left:
            raise UntestedOperation(f"no test calls {', '.join(sorted(left))}")
        chosen.append(best)
        left -= calls[best]
    return chosen


@cache
def _calls() -> Mapping[str, set[str]]:
    operations = {name for _, name in OPERATIONS}
    return {
        str(file.relative_to(TESTS)): called(file.read_text(encoding="utf-8"), operations)
        for file in sorted(Path(TESTS).rglob("*.py"))
        if file.name != "test_coverage.py"
    }


def called(text: str, operations: Iterable[str]) -> set[str]:
    """The operations that a text names as the API, boto3's methods or the CLI's commands do."""
    words = set(re.findall(r"[\w-]+", text))
    return {name for name in operations if words & {name, xform_name(name), xform_name(name, "-")}}
