"""What a function may is found under its name."""

import inspect
from collections.abc import Iterator, Mapping
from importlib import import_module
from pathlib import Path
from pkgutil import iter_modules
from typing import Any

from infra import function_permissions
from tests.infra.conftest import Synthesised

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


def test_who_may_read_the_objects_of_encrypted_buckets_may_decrypt_them(
    synthesised: Synthesised,
) -> None:
    policies = synthesised.resources("prod", "Pipeline", "AWS::IAM::Policy")
    allowed = {name: set(_actions(policy)) for name, policy in policies.items()}
    readers = {name for name, actions in allowed.items() if "s3:GetObject" in actions}
    assert len(readers) > 10
    assert {name for name in readers if "kms:Decrypt" not in allowed[name]} == set()


def _actions(policy: Mapping[str, Any]) -> Iterator[str]:
    for statement in policy["Properties"]["PolicyDocument"]["Statement"]:
        listed = statement["Action"]
        yield from [listed] if isinstance(listed, str) else listed
