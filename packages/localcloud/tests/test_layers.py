"""Folders import downwards only, modules never in a circle, and none keeps state of its own."""

import ast
from collections.abc import Iterable, Iterator, Mapping
from graphlib import CycleError, TopologicalSorter

import pytest

from worlds.sources import imports, modules, tree

_LOW = {"core", "http", "iam", "faults"}
_TRACKING = {"experiments", "lineage"}
_SERVICES = {
    "jobs",
    "hosting",
    "features",
    "registry",
    "search",
    "autoscaling",
    "tuning",
    "athena",
    *_TRACKING,
}
# Folder, or module beside the folders → what it may import. Its own modules are always among them.
MAY_IMPORT: Mapping[str, set[str]] = {
    "core": set(),
    "http": {"core"},
    "iam": {"core", "http"},
    "faults": {"core", "http"},
    "jobs": {*_LOW, "experiments", "sdk_startup"},
    "hosting": {*_LOW, "experiments", "jobs", "registry"},
    "autoscaling": {*_LOW, "hosting"},
    "tuning": {*_LOW, "experiments", "jobs"},
    "features": _LOW,
    "registry": _LOW,
    "search": {*_LOW, "features"},
    "experiments": _LOW,
    "lineage": _LOW,
    "athena": set(),
    "sdk_startup": set(),
    "composition": {*_LOW, *_SERVICES},
    "ministack": {*_LOW, *_SERVICES},
    "service": {"core", "http", "sdk_startup", "composition", "ministack"},
    "server": _LOW,
    "__main__": {*_LOW, "sdk_startup", "server", "service"},
    "pytest": {"core", "server"},
}
_MUTATORS = {
    *("add", "append", "appendleft", "clear", "discard", "extend", "insert", "pop", "popitem"),
    *("popleft", "remove", "setdefault", "sort", "update"),
}


def folder_of(module: str) -> str:
    """`jobs` of localcloud.jobs.job, and `server` of localcloud.server."""
    return module.split(".")[1]


def inner() -> Iterator[tuple[str, str]]:
    """Importer and imported; the package itself has nothing but its docstring."""
    for one in imports():
        if "localcloud" not in (one.importer, one.imported):
            yield one.importer, one.imported


@pytest.mark.parametrize("folder", MAY_IMPORT)
def test_a_folder_imports_downwards_only(folder: str) -> None:
    allowed = {*MAY_IMPORT[folder], folder}
    wrong = [
        f"{importer} imports {imported}"
        for importer, imported in sorted(inner())
        if folder_of(importer) == folder and folder_of(imported) not in allowed
    ]
    assert wrong == []


def test_every_module_is_in_a_folder_of_the_table() -> None:
    assert {folder_of(name) for name in modules() if name != "localcloud"} == set(MAY_IMPORT)


def test_folders_do_not_import_each_other_in_a_circle() -> None:
    folders = ((folder_of(importer), folder_of(imported)) for importer, imported in inner())
    assert circle(folders) == []


def test_modules_do_not_import_each_other_in_a_circle() -> None:
    assert circle(inner()) == []


def circle(edges: Iterable[tuple[str, str]]) -> list[str]:
    """The nodes of one circle; none where there is none."""
    sorter: TopologicalSorter[str] = TopologicalSorter()
    for importer, imported in edges:
        if importer != imported:
            sorter.add(importer, imported)
    try:
        sorter.prepare()
    except CycleError as error:
        return list(error.args[1])
    return []


# -- state of modules ----------------------------------------------------------------------------


@pytest.mark.parametrize("module", sorted(modules()))
def test_a_module_changes_nothing_that_is_its_own(module: str) -> None:
    """What changes belongs to a Cloud: two of them in one process share nothing."""
    assert list(changes(tree(module))) == []


@pytest.mark.parametrize(
    "code",
    [
        "KNOWN = {}\ndef f(): KNOWN[1] = 2",
        "KNOWN: dict = {}\ndef f(): KNOWN.setdefault(1, 2)",
        "KNOWN = []\ndef f(): KNOWN.append(1)",
        "KNOWN = set()\ndef f():\n    if 1: KNOWN.add(1)",
        "KNOWN = WeakKeyDictionary()\ndef f(): KNOWN.pop(1)",
        "KNOWN = {}\ndef f(): del KNOWN[1]",
        "KNOWN = {}\ndef f():\n    KNOWN[1] += 1",
        "COUNT = 0\ndef f():\n    global COUNT\n    COUNT += 1",
    ],
)
def test_changes_of_a_modules_state_are_found(code: str) -> None:
    assert len(list(changes(ast.parse(code)))) == 1


def test_what_only_a_function_knows_may_change() -> None:
    code = (
        "TABLE = {1: 2}\ndef f():\n    known = {}\n    known[1] = TABLE[1]\n    known.update(TABLE)"
    )
    assert list(changes(ast.parse(code))) == []


def changes(module: ast.Module) -> Iterator[str]:
    """Statements that change a container in a name of the module, or the name itself."""
    own = {
        target.id
        for node in module.body
        if isinstance(node, ast.Assign | ast.AnnAssign)
        for target in (node.targets if isinstance(node, ast.Assign) else [node.target])
        if isinstance(target, ast.Name)
    }
    for node in ast.walk(module):
        if isinstance(node, ast.Global) or _changed(node) & own:
            yield ast.unparse(node)


def _changed(node: ast.AST) -> set[str]:
    """Names whose content a node changes."""
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
        return _names(node.func.value) if node.func.attr in _MUTATORS else set()
    if isinstance(node, ast.Assign | ast.Delete):
        targets = node.targets
    elif isinstance(node, ast.AugAssign | ast.AnnAssign):
        targets = [node.target]
    else:
        return set()
    return {name for one in targets if isinstance(one, ast.Subscript) for name in _names(one.value)}


def _names(value: ast.expr) -> set[str]:
    return {value.id} if isinstance(value, ast.Name) else set()
