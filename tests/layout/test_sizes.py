"""Units stay small enough to be read at once."""

import ast
import subprocess
from collections.abc import Iterator
from pathlib import Path

from tests.layout.imports import ROOT

LONGEST_FILE, LONGEST_FUNCTION = 300, 50


def code() -> Iterator[Path]:
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard", "*.py"],
        cwd=ROOT,
        check=True,
        capture_output=True,
        text=True,
        timeout=60,
    )
    yield from (ROOT / name for name in listed.stdout.split("\0") if name)


def test_no_file_is_longer_than_300_lines() -> None:
    lengths = {path: len(path.read_text().splitlines()) for path in code() if path.is_file()}
    assert {p.relative_to(ROOT).as_posix(): n for p, n in lengths.items() if n > LONGEST_FILE} == {}


def test_no_function_is_longer_than_50_lines() -> None:
    long = [
        f"{path.relative_to(ROOT)}:{node.lineno} {node.name}"
        for path in code()
        if path.is_file()
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and (node.end_lineno or node.lineno) - node.lineno >= LONGEST_FUNCTION
    ]
    assert long == []
