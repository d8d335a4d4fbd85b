import os
import subprocess
import sys
import zipfile
from argparse import Namespace

import pytest

import train
from reading.errors import UserError
from training.wheels import gather


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
    wheel(folder, "setuptools")
    wheel(folder, "numpy")
    return folder


def code(tmp_path, requirement):
    folder = tmp_path / "code"
    folder.mkdir()
    (folder / "requirements.txt").write_text(requirement)
    return folder


def test_the_endpoint_gets_what_it_needs_and_no_more(source, tmp_path):
    folder = code(tmp_path, "serves==1.0\n")
    gather(folder, "3.12", source)
    names = {path.name.partition("-")[0] for path in (folder / "wheels").iterdir()}
    assert names == {"serves", "helps", "setuptools"}  # and not numpy, which all images have


def test_pip_installs_them_and_asks_no_index(source, tmp_path):
    folder = code(tmp_path, "serves==1.0\n")
    gather(folder, f"{sys.version_info[0]}.{sys.version_info[1]}", source)
    target = tmp_path / "installed"
    command = [sys.executable, "-m", "pip", "install", "--target", str(target)]
    # An address at which nothing listens, and another folder than that of the file.
    environment = {"PATH": os.environ["PATH"], "PIP_INDEX_URL": "http://127.0.0.1:9/simple"}
    subprocess.run(
        [*command, "-r", str(folder / "requirements.txt")],
        check=True,
        cwd=tmp_path,
        env=environment,
        capture_output=True,
    )
    assert {path.name for path in target.glob("*.py")} == {"serves.py", "helps.py"}


def test_a_missing_package_is_named(source, tmp_path):
    with pytest.raises(UserError, match="No matching distribution found for absent==2"):
        gather(code(tmp_path, "absent==2\n"), "3.12", source)


def training(tmp_path, source):
    model = tmp_path / "model"
    model.mkdir()
    code(model, "absent==2\n")
    return Namespace(model_dir=model, serving_python="3.12", wheels=source)


def test_a_training_says_that_the_endpoint_will_ask_an_index(tmp_path, capsys, monkeypatch):
    monkeypatch.setenv("PIP_INDEX_URL", "http://127.0.0.1:9/simple")
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    settings = training(tmp_path, None)
    train.take_wheels(settings)
    assert "The endpoint will ask the package index" in capsys.readouterr().out
    assert (settings.model_dir / "code" / "requirements.txt").read_text() == "absent==2\n"


def test_a_training_in_a_closed_network_fails_for_a_missing_wheel(source, tmp_path):
    with pytest.raises(UserError, match="absent==2"):
        train.take_wheels(training(tmp_path, source))
