"""AWS's service models: those of the pinned botocore, and of a newer one where there is one.

`make test` fetches the newest one of the package index before the tests, which need no network. The
variable NEWEST_BOTOCORE may name another folder.
"""

import os
from pathlib import Path

import botocore
import pytest
from botocore.loaders import Loader
from botocore.model import ServiceModel

_FETCHED = Path(__file__).parents[2] / "build" / "newest-botocore"
PINNED, NEWEST = f"pinned, {botocore.__version__}", "newest"


class Models:
    """The service models of one botocore; `version` is its own."""

    def __init__(self, which: str) -> None:
        package = Path(botocore.__file__).parent
        if which == NEWEST:
            package = Path(os.environ.get("NEWEST_BOTOCORE", _FETCHED)) / "botocore"
        if not package.exists():
            pytest.skip(f"no newer botocore in {package.parent}: see tests/judges/models.py")
        self.package = package
        self._loader = Loader([str(package / "data")], include_default_search_paths=False)
        self._read: dict[str, ServiceModel] = {}

    def service(self, name: str) -> ServiceModel:
        if name not in self._read:
            description = self._loader.load_service_model(name, "service-2")
            self._read[name] = ServiceModel(description, name)
        return self._read[name]
