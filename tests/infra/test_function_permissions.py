"""What a function may is found under its name."""

import inspect
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from pkgutil import iter_modules

from infra import function_permissions

LAMBDAS = Path(__file__).parents[2] / "lambdas"
_ELSEWHERE = {"cleanup"}  # has a construct of its own


def defined() -> Iterator[str]:
    """The functions that the modules define for others, without statements that several have."""
    for found in iter_modules(function_permissions.__path__):
        module = import_module(f"{function_permissions.__name__}.{found.name}")
        for name, function in inspect.getmembers(module, inspect.isfunction):
            if function.__module__ == module.__name__ and not name.startswith(("_", "may_")):
                yield name


def test_every_function_has_its_permissions_once_and_under_the_name_of_its_folder() -> None:
    folders = {path.parent.name for path in LAMBDAS.glob("*/handler.py")} - _ELSEWHERE
    assert sorted(defined()) == sorted(folders)
