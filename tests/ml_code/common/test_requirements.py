from pathlib import Path

import pytest

from common import requirements


@pytest.mark.parametrize("name", ["", "-processing", "-inference"])
def test_the_local_environment_satisfies_what_containers_install(name):
    folder = Path(requirements.__file__).parents[1]
    assert requirements.missing(folder / f"requirements{name}.txt") == []


def test_what_is_missing_or_too_old_is_found(tmp_path):
    path = tmp_path / "requirements.txt"
    path.write_text("# why\nnumpy>=1\nnumpy>=99  # later\nno-such-thing==1\n")
    assert requirements.missing(path) == ["numpy>=99", "no-such-thing==1"]
