"""The SageMaker SDK asks this server's STS: in commands of `localcloud exec`, functions and jobs.

The SDK makes https://sts.<region>.amazonaws.com itself (sts_regional_endpoint, sagemaker 2.257 and
3) and gives it to boto3, which then ignores AWS_ENDPOINT_URL; its configuration file has no entry
for it. Python imports a module of this name at every start, so it loads nothing that it can spare.
The Python of a job imports a copy that has another name, since a job may have its own.
"""

from __future__ import annotations

import os
import sys
from importlib.machinery import ModuleSpec, PathFinder
from types import ModuleType

TYPE_CHECKING = False
if TYPE_CHECKING:  # typing takes milliseconds to import
    from typing import Any

_MODULES = ("sagemaker.utils", "sagemaker.core.common_utils")  # of the SDK's versions 2 and 3


class _Loader:
    """Loads the module as it is, and then changes the address in it."""

    def __init__(self, loader: Any) -> None:
        self._loader = loader

    def create_module(self, spec: ModuleSpec) -> ModuleType | None:
        made: ModuleType | None = self._loader.create_module(spec)
        return made

    def exec_module(self, module: ModuleType) -> None:
        self._loader.exec_module(module)
        vars(module)["sts_regional_endpoint"] = lambda _region: os.environ["AWS_ENDPOINT_URL"]

    def __getattr__(self, name: str) -> Any:
        return getattr(self._loader, name)


class _Finder:
    @staticmethod
    def find_spec(name: str, path: Any = None, _target: Any = None) -> ModuleSpec | None:
        spec = PathFinder.find_spec(name, path) if name in _MODULES else None
        if spec is not None:
            spec.loader = _Loader(spec.loader)  # type: ignore[assignment]  # it acts as one
        return spec


def _find_hidden() -> ModuleSpec | None:
    """The sitecustomize that this one stands before."""
    here = __file__.rpartition(os.sep)[0]
    others = [place for place in sys.path if place != here]
    return PathFinder.find_spec("sitecustomize", others)


def _run_hidden() -> None:
    spec = _find_hidden()
    if spec is not None and spec.loader is not None:
        from importlib.util import module_from_spec

        spec.loader.exec_module(module_from_spec(spec))


if "AWS_ENDPOINT_URL" in os.environ:
    sys.meta_path.insert(0, _Finder)
if __name__ == "sitecustomize":
    _run_hidden()
