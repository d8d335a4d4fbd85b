import zipfile

import pytest

from problems import UserError
from wheels import copy_wheels


def wheel(folder, name, requires=""):
    info = f"{name}-1.0.dist-info"
    with zipfile.ZipFile(folder / f"{name}-1.0-py3-none-any.whl", "w") as file:
        file.writestr(f"{name}.py", "")
        needs = f"Requires-Dist: {requires}\n" if requires else ""
        file.writestr(
            f"{info}/METADATA", f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n{needs}"
        )
        file.writestr(
            f"{info}/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n"
        )
        file.writestr(f"{info}/RECORD", "")


@pytest.fixture
def source(tmp_path):
    folder = tmp_path / "wheels"
    folder.mkdir()
    wheel(folder, "serves", requires="helps")
    wheel(folder, "helps")
    wheel(folder, "trains")
    return folder


def code(tmp_path, requirement):
    folder = tmp_path / "code"
    folder.mkdir()
    (folder / "requirements.txt").write_text(requirement)
    return folder


def test_the_endpoint_gets_what_it_needs_and_no_more(source, tmp_path):
    folder = code(tmp_path, "serves==1.0\n")
    copy_wheels(source, folder)
    names = {path.name.partition("-")[0] for path in (folder / "wheels").iterdir()}
    assert names == {"serves", "helps"}


def test_a_missing_package_is_named(source, tmp_path):
    with pytest.raises(UserError, match="No matching distribution found for absent==2"):
        copy_wheels(source, code(tmp_path, "absent==2\n"))
