"""The quick start of README.md as it stands there, and what else the page names."""

import ast
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from localcloud import __main__ as program
from localcloud.core.address import Address

PROJECT = Path(__file__).parents[1]
README = PROJECT / "README.md"
_BLOCK = re.compile(r"## Quick start\n.*?```bash\n(.*?)```", re.DOTALL)


def quick_start() -> list[str]:
    found = _BLOCK.search(README.read_text())
    assert found is not None
    return found[1].splitlines()


@pytest.fixture
def commands(tmp_path: Path) -> Path:
    """`localcloud` and `python` as an installation has them."""
    folder = tmp_path / "bin"
    folder.mkdir()
    for name, module in {"localcloud": "-m localcloud", "python": ""}.items():
        (folder / name).write_text(f'#!/bin/sh\nexec {sys.executable} {module} "$@"\n')
        (folder / name).chmod(0o755)
    return folder


@pytest.mark.timeout(400)
def test_the_quick_start_trains_serves_and_leaves_nothing_running(
    commands: Path, tmp_path: Path
) -> None:
    lines = quick_start()
    assert len(lines) == 5
    checkout = tmp_path / "checkout"
    shutil.copytree(PROJECT / "example", checkout / "packages/localcloud/example")
    finished = subprocess.run(
        ["bash", "-e", "-c", "\n".join(lines)],
        cwd=checkout,
        env={
            **os.environ,
            "PATH": os.pathsep.join([str(commands), os.environ["PATH"]]),
            "PYTHONPATH": os.pathsep.join(filter(None, sys.path)),
        },
        capture_output=True,
        text=True,
        timeout=350,
        check=False,
    )
    assert finished.returncode == 0, finished.stdout[-3000:] + finished.stderr[-3000:]
    assert re.search(r"accuracy\s+0\.9\d", finished.stdout)
    assert "species: [0, 2]" in finished.stdout
    assert '"TrainingJobStatus": "Completed"' in finished.stdout
    assert Address.read(checkout / "packages/localcloud/example/.localcloud") is None


def test_the_table_of_fixtures_is_that_of_the_plugin() -> None:
    rows = re.findall(r"^\| `(\w+)` \| (session|test) \|", README.read_text(), re.MULTILINE)
    tree = ast.parse((PROJECT / "src/localcloud/pytest.py").read_text())
    fixtures = {
        node.name: "session" if "scope='session'" in decorator else "test"
        for node in tree.body
        if isinstance(node, ast.FunctionDef)
        for decorator in map(ast.unparse, node.decorator_list)
        if decorator.startswith("pytest.fixture")
    }
    assert dict(rows) == fixtures


def test_the_commands_of_the_page_exist() -> None:
    code = "\n".join(re.findall(r"```(?:bash|yaml)\n(.*?)```", README.read_text(), re.DOTALL))
    named = set(re.findall(r"(?:^|run: )localcloud (\w+)", code, re.MULTILINE))
    assert named == {"start", "exec", "stop"}
    for name in named:
        with pytest.raises(SystemExit) as ended:
            program.main([name, "--help"])
        assert ended.value.code == 0
