"""Files for the tests of the reader."""

from pathlib import Path

import pytest


@pytest.fixture
def written(tmp_path: Path):
    def write(content: str | bytes, name: str = "r.csv") -> Path:
        path = tmp_path / name
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return path

    return write
