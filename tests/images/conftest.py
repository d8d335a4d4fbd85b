"""`rebuild` gives a test the environment of an image, and the test a row of the table."""

from collections.abc import Callable
from functools import cache
from pathlib import Path

import pytest

from tests.images.rebuilt import Image, PythonMissing, Rebuilt, build, find_python
from tests.ml_code.tiny_models import base_model, session_features

__all__ = ["base_model", "session_features"]
_built = cache(build)


class Rebuild:
    """A fresh container of the image whose file in pins/ has the name it is called with."""

    def __init__(self, record: Callable[[str, object], None], folder: Path) -> None:
        self._record, self._folder = record, folder

    def __call__(self, name: str) -> Rebuilt:
        image = Image.read(name)
        self._record("image", image.title)
        try:
            self._record("python", find_python(image.python)[1])
            return _built(image).container(self._folder / name)
        except PythonMissing as missing:
            self._record("python", f"{image.python} missing")
            pytest.skip(str(missing))

    def note(self, text: str) -> None:
        """Adds to the test's result in the table, such as what differs from AWS's image."""
        self._record("note", text)


@pytest.fixture
def rebuild(request: pytest.FixtureRequest, tmp_path: Path) -> Rebuild:
    properties = request.node.user_properties
    return Rebuild(lambda name, value: properties.append((name, value)), tmp_path / "containers")
