"""The imports between the modules of this project, read from their sources."""

import ast
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
# Folder that is on the path of a program → the packages and modules in it that are code of ours.
PATHS = {
    "": ("app.py", "contract", "infra", "reviews"),
    "lambdas": ("shared",),
    "ml_code": tuple(
        sorted(
            {
                found.relative_to(ROOT / "ml_code").parts[0]
                for found in (ROOT / "ml_code").rglob("*.py")
            }
        )
    ),
    "packages/localcloud/src": ("localcloud",),
}


@dataclass(frozen=True, order=True)
class Import:
    """`importer` imports `imported`, both as dotted names from their folder on the path."""

    importer: str
    imported: str


@cache
def sources() -> Mapping[str, Path]:
    """Dotted name → file, of every module."""
    found = {}
    for folder, names in PATHS.items():
        for name in names:
            path = ROOT / folder / name
            files = [path] if path.suffix == ".py" else sorted(path.rglob("*.py"))
            for file in files:
                dotted = file.relative_to(ROOT / folder).with_suffix("").as_posix()
                found[dotted.removesuffix("/__init__").replace("/", ".")] = file
    return found


@cache
def imports() -> frozenset[Import]:
    """Every import of one module of ours by another, also those inside functions."""
    modules = sources()
    return frozenset(
        Import(name, found)
        for name, file in modules.items()
        for wanted in _wanted(name, file)
        if (found := _module(wanted, modules)) and found != name
    )


def _wanted(name: str, file: Path) -> Iterator[str]:
    package = name if file.name == "__init__.py" else name.rpartition(".")[0]
    for node in ast.walk(ast.parse(file.read_text())):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = node.module or ""
            if node.level:
                parents = package.split(".")[: len(package.split(".")) - node.level + 1]
                base = ".".join([*parents, base]).strip(".")
            yield from (f"{base}.{alias.name}" for alias in node.names)


def _module(wanted: str, modules: Mapping[str, Path]) -> str:
    """The longest prefix that is a module; `ml_code.reading.x` is `reading.x` in its containers."""
    wanted = wanted.removeprefix("ml_code.")
    while wanted and wanted not in modules:
        wanted = wanted.rpartition(".")[0]
    return wanted
