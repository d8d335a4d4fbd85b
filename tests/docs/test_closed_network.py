"""What docs/security.md says of packages for a network without a way out is what jobs look for."""

import re

from infra.settings import settings_for
from tests.docs.pages import ROOT, read
from training import wheels

PAGE = read(ROOT / "docs" / "security.md")
(COMMAND,) = re.findall(r"^for needs in .*?^done$", PAGE, re.MULTILINE | re.DOTALL)


def test_it_has_every_file_of_requirements() -> None:
    (names,) = re.findall(r"for needs in (.*); do", COMMAND)
    found = {path.stem for path in (ROOT / "ml_code").glob("requirements*.txt")}
    assert set(names.split()) == found


def test_its_platforms_and_builds_are_those_that_a_training_looks_for() -> None:
    assert tuple(re.findall(r"--platform (\S+)", COMMAND)) == wheels._PLATFORMS
    assert f" {wheels._BUILDS} -d wheels" in COMMAND


def test_its_python_is_that_of_the_images() -> None:
    used = {
        image.python for settings in settings_for() for image in settings.every_image().values()
    }
    assert used == set(re.findall(r"--python-version (\S+)", COMMAND))
