"""The table of patches: each has its reason and its test, and nothing else changes ministack."""

import ast
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from localcloud.ministack import MINISTACK, PatchError, check
from localcloud.ministack.patch import Patch
from localcloud.ministack.table import PATCHES
from worlds.sources import modules, tree

TESTS = Path(__file__).parents[1]
FOLDER = "localcloud.ministack"
# The only modules that may assign to attributes of others, and to entries of their tables of code.
MAY_ASSIGN = {f"{FOLDER}.patch", f"{FOLDER}.modules"}
# Prints what in ministack's modules is not what it was before the patches: the names of each
# change, as a table that several modules have is one table.
CHANGED = """
import json, sys
from collections import defaultdict
from pathlib import Path
from localcloud import ministack
from localcloud.composition import open_regions

def contents():
    for name in [name for name in sys.modules if name.startswith("ministack.")]:
        for key, value in list(vars(sys.modules[name]).items()):
            path = f"{name.removeprefix('ministack.')}:{key}"
            yield path, path, value
            if isinstance(value, type):
                for one, found in vars(value).items():
                    yield (id(value), one), f"{path}.{one}", found
            if isinstance(value, dict) and key.isupper():
                yield from entries(path, value)

def entries(path, table):
    for key, value in table.items():
        yield (id(table), key), f"{path}[{key}]", value
        if isinstance(value, dict):
            yield from entries(f"{path}[{key}]", value)

folder = Path(sys.argv[1])
ministack.configure(0, folder)
regions = open_regions("http://127.0.0.1:9", folder)
ministack.Ministack.load(regions)
before = {place: value for place, _, value in contents()}
ministack.install(regions)
changed = defaultdict(list)
for place, path, value in contents():
    if place not in before or before[place] is not value:
        changed[place].append(path)
print(json.dumps(list(changed.values())))
"""


@pytest.mark.parametrize("row", PATCHES, ids=lambda row: f"{row.target} by {row.make.__name__}")
def test_a_row_has_a_reason_and_a_test_that_exists(row: Patch) -> None:
    assert row.why
    assert row.upstream
    assert row.make.__module__.startswith(FOLDER)
    file, _, function = row.test.partition("::")
    tests = ast.parse((TESTS / file).read_text()).body
    assert function in [node.name for node in tests if isinstance(node, ast.FunctionDef)]


def test_the_rows_change_what_they_say_and_nothing_else_does(tmp_path: Path) -> None:
    printed = subprocess.run(
        [sys.executable, "-c", CHANGED, str(tmp_path)],
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
        check=True,
        capture_output=True,
        text=True,
        timeout=120,
    ).stdout
    changed: list[list[str]] = json.loads(printed.splitlines()[-1])
    targets = {row.target for row in PATCHES}
    for target in targets:
        assert any(_is_meant(path, target) for paths in changed for path in paths), target
    for paths in changed:
        assert any(_is_meant(path, target) for path in paths for target in targets), paths


def _is_meant(path: str, target: str) -> bool:
    """Whether a change is that of a row, or is inside of a new entry."""
    before, every, after = target.partition("[*]")
    if every:
        return path.startswith(f"{before}[") and path.endswith(f"]{after}")
    return path == target or path.startswith(f"{target}[")


@pytest.mark.parametrize("module", sorted(name for name in modules() if name.startswith(FOLDER)))
def test_a_module_assigns_nothing_to_others(module: str) -> None:
    assert module in MAY_ASSIGN or list(assignments(tree(module))) == []


@pytest.mark.parametrize(
    "code",
    [
        "app.AUTH = True",
        "setattr(app, name, 1)",
        "app.HANDLERS['s3'] = f",
        "a = app.b = 1",
        "del m.x",
    ],
)
def test_an_assignment_to_another_module_is_found(code: str) -> None:
    assert len(list(assignments(ast.parse(code)))) == 1


def test_state_that_ministack_keeps_in_small_letters_may_change() -> None:
    code = "self.x = 1\nm.s3._bucket_tags[name] = {}\nlocal = m.x\nfound['a'] = 1"
    assert list(assignments(ast.parse(code))) == []


def assignments(module: ast.Module) -> Iterator[str]:
    """Statements that give another object an attribute, or a table of code in one an entry."""
    for node in ast.walk(module):
        if isinstance(node, ast.Call) and ast.unparse(node.func) in ("setattr", "delattr"):
            yield ast.unparse(node)
        if isinstance(node, ast.Assign | ast.Delete):
            targets = node.targets
        elif isinstance(node, ast.AugAssign | ast.AnnAssign):
            targets = [node.target]
        else:
            continue
        if any(_is_of_another(target) for target in targets):
            yield ast.unparse(node)


def _is_of_another(target: ast.expr) -> bool:
    if isinstance(target, ast.Attribute):
        return ast.unparse(target.value) != "self"
    if isinstance(target, ast.Subscript):
        return ast.unparse(target.value).rpartition(".")[2].isupper()
    return isinstance(target, ast.Tuple) and any(map(_is_of_another, target.elts))


def test_another_ministack_is_refused_with_what_has_moved(monkeypatch: pytest.MonkeyPatch) -> None:
    check(MINISTACK)
    with pytest.raises(PatchError, match=r"(?s)9\.9 is installed, not .*nothing that a patch"):
        check("9.9")
    from ministack.services import stepfunctions

    monkeypatch.delattr(stepfunctions, "_start_execution")
    with pytest.raises(PatchError) as raised:
        check(MINISTACK)
    assert str(raised.value).splitlines()[1:] == [
        "- services.stepfunctions:_start_execution, which start_once replaces "
        "(ministack/stepfunctions/test_starts.py"
        "::test_a_start_that_is_repeated_while_the_execution_runs_is_the_same)",
        "- services.stepfunctions:_start_execution, which check_the_name replaces "
        "(ministack/stepfunctions/test_starts.py"
        "::test_names_that_step_functions_refuses_are_refused)",
    ]
