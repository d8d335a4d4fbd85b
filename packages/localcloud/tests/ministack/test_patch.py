"""Patches of a stand-in for ministack: what is replaced, and what has moved."""

import sys
from collections.abc import Iterator
from types import ModuleType, SimpleNamespace
from typing import Any

import pytest

from localcloud.ministack.patch import Patch, apply, moved, names


@pytest.fixture(autouse=True)
def queue() -> Iterator[Any]:
    """A module of ministack with a function, a class and a table of tables."""
    module: Any = ModuleType("ministack.stand_in")
    module.answer = lambda: "original"
    module.Worker = type("Worker", (), {"work": lambda _self: "original"})
    module.TABLE = {"a": {"create": "A"}, "b/c": {"create": "B"}}
    sys.modules["ministack.stand_in"] = module
    yield module
    del sys.modules["ministack.stand_in"]


def patch(target: str, make: Any, **more: Any) -> Patch:
    return Patch(target=target, make=make, why="", upstream="", test="test_x.py::test_x", **more)


def replace_it(_ministack: Any, original: Any, *key: str, end: str = "") -> Any:
    return (original, *key, end)


def register_it(ministack: Any) -> Any:
    return ministack.name


MINISTACK = SimpleNamespace(name="ours")


def test_an_attribute_an_entry_and_a_method_are_replaced(queue: Any) -> None:
    answer, work = queue.answer, queue.Worker.work
    rows = [
        patch("stand_in:answer", replace_it, options={"end": "."}),
        patch("stand_in:TABLE[b/c][create]", replace_it),
        patch("stand_in:Worker.work", replace_it),
    ]
    assert moved(rows) == []
    apply(rows, MINISTACK)
    assert queue.answer == (answer, ".")
    assert queue.TABLE["b/c"]["create"] == ("B", "")
    assert queue.Worker.work == (work, "")


def test_a_later_row_goes_around_an_earlier_one_and_around_what_was_registered(queue: Any) -> None:
    rows = [
        patch("stand_in:TABLE[new]", register_it, is_new=True),
        patch("stand_in:TABLE[new]", replace_it),
        patch("stand_in:TABLE[new]", replace_it, options={"end": "."}),
    ]
    assert moved(rows) == []
    apply(rows, MINISTACK)
    assert queue.TABLE["new"] == (("ours", ""), ".")


def test_every_entry_is_replaced_with_its_key(queue: Any) -> None:
    apply([patch("stand_in:TABLE[*][create]", replace_it)], MINISTACK)
    assert queue.TABLE == {"a": {"create": ("A", "a", "")}, "b/c": {"create": ("B", "b/c", "")}}


def test_all_that_has_moved_is_told_with_the_patch_and_its_test() -> None:
    rows = [
        patch("gone:answer", replace_it),
        patch("stand_in:gone", replace_it, uses=names("stand_in", "answer", "lost")),
        patch("stand_in:TABLE[gone][create]", replace_it),
        patch("stand_in:TABLE[a]", register_it, is_new=True),
        patch("stand_in:NONE[a]", register_it, is_new=True),
    ]
    assert moved(rows) == [
        "gone:answer, which replace_it replaces (test_x.py::test_x)",
        "stand_in:gone, which replace_it replaces (test_x.py::test_x)",
        "stand_in:lost, which replace_it uses for stand_in:gone",
        "stand_in:TABLE[gone][create], which replace_it replaces (test_x.py::test_x)",
        "stand_in:TABLE[a], which ministack has now, and register_it registers",
        "stand_in:NONE, in which register_it registers stand_in:NONE[a]",
    ]
