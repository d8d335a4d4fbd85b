"""The table of docs/localcloud.md with what localcloud patches in ministack."""

from itertools import groupby

from localcloud.ministack.patch import Patch
from localcloud.ministack.table import PATCHES
from tools import blocks

_HEADINGS = ["what is patched", "by", "why", "what ministack lacks", "test"]


def render() -> str:
    """A line for neighbouring rows that one function patches for one reason."""
    groups = groupby(PATCHES, key=lambda row: (row.make, row.why, row.test))
    return blocks.table(_HEADINGS, [_line(list(rows)) for _, rows in groups])


def _line(rows: list[Patch]) -> list[str]:
    (first, *_) = rows
    made_by = f"{first.make.__module__.removeprefix('localcloud.ministack.')}.{first.make.__name__}"
    file, _, function = first.test.partition("::")
    return [
        "<br>".join(f"{'+ ' if row.is_new else ''}`{row.target}`" for row in rows),
        f"`{made_by}`",
        first.why,
        first.upstream,
        f"`{file}`: {function.replace('_', ' ').removeprefix('test ')}",
    ]
