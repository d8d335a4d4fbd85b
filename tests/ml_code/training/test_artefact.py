import ast
from pathlib import Path
from types import SimpleNamespace

from training.artefact import save_artefact

ML_CODE = Path(__file__).parents[3] / "ml_code"


def _imports(module: Path) -> set[str]:
    """Those at its top; what a function imports, such as the hub, serving may do without."""
    nodes = [node for node in ast.parse(module.read_text()).body if hasattr(node, "names")]
    found = {alias.name for node in nodes if isinstance(node, ast.Import) for alias in node.names}
    return found | {node.module or "" for node in nodes if isinstance(node, ast.ImportFrom)}


def test_the_artefact_has_every_module_that_its_code_imports(tmp_path: Path) -> None:
    config = SimpleNamespace(model_type="bert")
    silent = SimpleNamespace(save_pretrained=lambda _: None, config=config)
    save_artefact(silent, silent, tmp_path, max_length=32)
    code = tmp_path / "code"
    ours = {"contract", *(path.stem for path in ML_CODE.iterdir())}
    wanted = {name for module in code.rglob("*.py") for name in _imports(module)}
    wanted = {name.replace(".", "/") for name in wanted if name.partition(".")[0] in ours}
    assert {"contract/features", "reading/text", "serving/classifier", "common/labels"} <= wanted
    files = ("{}.py", "{}/__init__.py")
    assert [
        n for n in sorted(wanted) if not any((code / f.format(n)).is_file() for f in files)
    ] == []
