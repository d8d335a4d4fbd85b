"""The modules of localcloud and the imports between them, read from their sources."""

import ast
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

SOURCE = Path(__file__).resolve().parents[2] / "src"


@dataclass(frozen=True, order=True)
class Import:
    """`importer` imports `imported`, both as dotted names."""

    importer: str
    imported: str


@cache
def modules() -> Mapping[str, Path]:
    """Dotted name → file, of every module."""
    return {
        ".".join(file.relative_to(SOURCE).with_suffix("").parts).removesuffix(".__init__"): file
        for file in sorted((SOURCE / "localcloud").rglob("*.py"))
    }


@cache
def tree(module: str) -> ast.Module:
    return ast.parse(modules()[module].read_text())


@cache
def imports() -> frozenset[Import]:
    """Every import of one module by another, also those inside functions."""
    return frozenset(
        Import(name, found)
        for name in modules()
        for wanted in _wanted(name)
        if (found := _module(wanted)) and found != name
    )


def _wanted(module: str) -> Iterator[str]:
    for node in ast.walk(tree(module)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{module}: imports are absolute here"
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def _module(wanted: str) -> str:
    """The longest prefix that is one of our modules; empty for others' packages."""
    while wanted and wanted not in modules():
        wanted = wanted.rpartition(".")[0]
    return wanted
