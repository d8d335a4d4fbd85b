"""What the pages name is there: files, headings, make targets, modules, AWS's operations, settings.

The commands of `reviews` are for tests/reviews/cli/test_docs_commands.py.
"""

import re
import shlex
from dataclasses import fields
from importlib.util import find_spec
from pathlib import Path
from typing import get_type_hints

import botocore.session
import pytest
from botocore import xform_name

from infra.settings import Recipe, Settings
from localcloud.__main__ import main as localcloud
from tests.docs.pages import EVERY_PAGE, ROOT, anchors, commands, inline_code, links
from tools.settings_reference import dataclasses

_TARGET = re.compile(r"^([a-z-]+):", re.MULTILINE)
_FILE_ENDINGS = {"csv", "html", "json", "md", "parquet", "py"}
_MODULE = re.compile(
    r"(benchmarks|infra|lambdas|ml_code|notebooks|packages|reviews|tests|tools)/[\w./-]+"
    r"\.(ipynb|js|py|toml)"
)
_NOT_IN_A_MODEL = {"--max-items", "--output", "--query", "--region"}  # of the AWS CLI itself
# Without commands that the AWS CLI adds to the operations of services.
_AWS_SERVICE = re.compile(r"(?:^|-- )aws (?!s3 |configure |logs tail )([a-z-]+ [a-z-]+.*)")
_CLASSES = {cls.__name__: cls for cls in dataclasses()}


@EVERY_PAGE
def test_links_lead_somewhere(page: Path) -> None:
    for link in links(page):
        name, _, anchor = link.partition("#")
        target = (page.parent / name).resolve() if name else page
        assert target.exists(), link
        if anchor:
            assert anchor in anchors(target), link


@EVERY_PAGE
def test_modules_named_by_their_path_exist(page: Path) -> None:
    """Those of this project: `docs/` and `.github/` of others are named too."""
    paths = [code for code in inline_code(page) if _MODULE.fullmatch(code)]
    assert [path for path in paths if not (ROOT / path).is_file()] == []


@EVERY_PAGE
def test_make_has_the_targets(page: Path) -> None:
    targets = set(_TARGET.findall((ROOT / "Makefile").read_text()))
    named = {found[1] for code in commands(page) if (found := re.match(r"make ([a-z-]+)", code))}
    assert named <= targets


@EVERY_PAGE
def test_modules_can_be_run(page: Path) -> None:
    named = {name for code in commands(page) for name in re.findall(r"python -m ([\w.]+)", code)}
    assert [name for name in sorted(named - {"pip"}) if find_spec(name) is None] == []


@EVERY_PAGE
def test_the_embedded_aws_has_the_commands(page: Path, capsys: pytest.CaptureFixture[str]) -> None:
    named = {
        name for code in commands(page) for name in re.findall(r"-m localcloud ([a-z]+)", code)
    }
    for name in named:
        with pytest.raises(SystemExit) as ended:
            localcloud([name, "--help"])
        assert ended.value.code == 0, capsys.readouterr().err


@EVERY_PAGE
def test_aws_has_the_operations_with_these_options(page: Path) -> None:
    session = botocore.session.get_session()
    for code in commands(page):
        if found := _AWS_SERVICE.search(code):
            service, operation, *words = shlex.split(found[1], comments=True)
            model = session.get_service_model(service)
            names = {xform_name(name, "-"): name for name in model.operation_names}
            assert operation in names, code
            shape = model.operation_model(names[operation]).input_shape
            known = {f"--{xform_name(member, '-')}" for member in shape.members} if shape else set()
            given = {word for word in words if word.startswith("--")}
            assert given <= known | _NOT_IN_A_MODEL, code


@EVERY_PAGE
def test_settings_named_by_their_class_exist(page: Path) -> None:
    for code in inline_code(page):
        for name, path in re.findall(rf"\b({'|'.join(_CLASSES)})\.([a-z][\w.]*)", code):
            kind: type = _CLASSES[name]
            for part in path.split("."):
                assert part in get_type_hints(kind), code
                kind = get_type_hints(kind)[part]
        for name, arguments in re.findall(rf"\b({'|'.join(_CLASSES)})\((.*?)\)", code):
            given = set(re.findall(r"(\w+)=", arguments))
            assert given <= set(get_type_hints(_CLASSES[name])), code


@EVERY_PAGE
def test_settings_named_by_their_path_exist(page: Path) -> None:
    """`training` is the machines in the settings, and the recipe in the input of an execution."""
    kinds = get_type_hints(Settings)
    recipe = {field.name for field in fields(Recipe)}
    for code in inline_code(page):
        for group, name in re.findall(r"(?<![\w./-])([a-z_]+)\.([a-z_]+)\b(?![./(])", code):
            if group in kinds and name not in _FILE_ENDINGS:
                more = recipe if group == "training" else set()
                assert name in set(get_type_hints(kinds[group])) | more, code
