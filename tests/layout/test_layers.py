"""Folders import downwards only, and modules never in a circle."""

from collections.abc import Iterable, Mapping
from graphlib import CycleError, TopologicalSorter

import pytest

from tests.layout.imports import imports, sources

# Folder → the folders that it may import. Its own modules are always among them.
MAY_IMPORT: Mapping[str, set[str]] = {
    "app": {"infra"},
    "contract": set(),
    "infra": {"contract"},
    "reviews.client": {"contract", "infra", "reading", "localcloud"},
    "reviews.console": {"contract", "infra", "reviews.client"},
    "reviews.cli": {"contract", "infra", "reviews.client", "reviews.console", "localcloud"},
    "shared": {"contract"},
    "reading": {"contract"},
    "common": {"contract", "reading"},
    "serving": {"contract", "reading", "common"},
    "preparing": {"contract", "reading", "common"},
    "training": {"contract", "reading", "common", "serving"},
    "evaluating": {"contract", "reading", "common", "serving"},
    "monitoring": {"contract", "reading", "common", "serving"},
    "drift": {"contract", "reading", "common", "monitoring"},
    "preprocess": {"contract", "reading", "common", "preparing"},
    "train": {"contract", "reading", "common", "training"},
    "evaluate": {"contract", "reading", "common", "serving", "evaluating"},
    "inference": {"contract", "reading", "common", "serving"},
    "localcloud": set(),
}


def folder_of(module: str) -> str:
    """reviews.client of reviews.client.aws, and serving of serving.classifier."""
    parts = module.split(".")
    return ".".join(parts[:2]) if parts[0] == "reviews" else parts[0]


@pytest.mark.parametrize("folder", MAY_IMPORT)
def test_a_folder_imports_downwards_only(folder: str) -> None:
    allowed = {*MAY_IMPORT[folder], folder}
    wrong = [
        f"{one.importer} imports {one.imported}"
        for one in sorted(imports())
        if folder_of(one.importer) == folder and folder_of(one.imported) not in allowed
    ]
    assert wrong == []


def test_every_module_belongs_to_a_folder_of_the_table() -> None:
    assert {folder_of(name) for name in sources() if name != "reviews"} <= set(MAY_IMPORT)


def test_folders_do_not_import_each_other_in_a_circle() -> None:
    edges = {(folder_of(one.importer), folder_of(one.imported)) for one in imports()}
    assert circle(edges) == []


def test_modules_do_not_import_each_other_in_a_circle() -> None:
    assert circle((one.importer, one.imported) for one in imports()) == []


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
