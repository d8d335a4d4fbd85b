"""The examples of settings in the pages can be pasted into infra/settings/environments.py."""

import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from infra.settings import Settings, environments
from tests.docs.pages import PAGES, python_blocks
from tools.settings_reference import dataclasses

_GROUPS = re.compile(rf"\b({'|'.join(cls.__name__ for cls in dataclasses())})\(")
EXAMPLES = [
    (page, block) for page in PAGES for block in python_blocks(page) if _GROUPS.search(block)
]


def pasted(block: str) -> dict[str, Any]:
    """What the lines add to, or replace in, the module."""
    module = dict(vars(environments))
    before = dict(module)
    exec(block, module)
    return {name: value for name, value in module.items() if value is not before.get(name)}


@pytest.mark.parametrize(
    ("page", "block"), EXAMPLES, ids=[f"{page.name}-{at}" for at, (page, _) in enumerate(EXAMPLES)]
)
def test_an_example_can_be_pasted(page: Path, block: str) -> None:
    found = pasted(block)
    for name in ("local", "dev", "staging", "prod"):
        if name in found:
            assert isinstance(found[name](), Settings)
    for value in found.values():
        if isinstance(value, dict):
            assert isinstance(replace(environments.local(), **value), Settings)


def test_there_are_examples_of_the_environments_of_aws() -> None:
    defined = {name for _, block in EXAMPLES for name in re.findall(r"def (\w+)\(", block)}
    assert {"dev", "staging"} <= defined
