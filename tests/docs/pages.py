"""README.md, CONTRIBUTING.md, CHANGELOG.md and docs/, taken apart as far as tests need it."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
_AT_THE_TOP = ("README.md", "CONTRIBUTING.md", "CHANGELOG.md")
PAGES = [*(ROOT / name for name in _AT_THE_TOP), *sorted((ROOT / "docs").rglob("*.md"))]
EVERY_PAGE = pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
_FENCE = re.compile(r"^```\w*\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_PYTHON = re.compile(r"^```python\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_LINK = re.compile(r"\[[^\]]+\]\(([^)\s]+)\)")
_CODE = re.compile(r"`([^`]+)`")
_HEADING = re.compile(r"^#+ (.+)$", re.MULTILINE)


def read(page: Path) -> str:
    return page.read_text(encoding="utf-8")


def prose(page: Path) -> str:
    return _FENCE.sub("", read(page))


def python_blocks(page: Path) -> list[str]:
    return _PYTHON.findall(read(page))


def links(page: Path) -> list[str]:
    """Where they lead, without those to other sites."""
    return [link for link in _LINK.findall(prose(page)) if not re.match(r"\w+:", link)]


def inline_code(page: Path) -> list[str]:
    return [" ".join(code.split()) for code in _CODE.findall(prose(page))]


def commands(page: Path) -> Iterator[str]:
    """The lines of fenced blocks, with those that they go on in, and all code in the text."""
    for block in _FENCE.findall(read(page)):
        yield from block.replace("\\\n", " ").splitlines()
    yield from inline_code(page)


def headings(page: Path) -> list[str]:
    return _HEADING.findall(prose(page))


def anchors(page: Path) -> set[str]:
    """What GitHub makes of the headings."""
    plain = (re.sub(r"[^\w\- ]", "", heading.lower()) for heading in headings(page))
    return {heading.replace(" ", "-") for heading in plain}
