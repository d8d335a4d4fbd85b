"""The evaluation in AWS's PyTorch image, by the command line that the SDK compiles."""

import json
import shutil
import subprocess
import tarfile
from pathlib import Path

import pytest

from infra import requests
from infra.bundles import stage_jobs
from infra.settings import settings_for
from localcloud.jobs.layout import Layout
from tests.images.conftest import Rebuild
from tests.images.rebuilt import ROOT
from tests.ml_code.tiny_models import trained

__all__ = ["trained"]
pytestmark = [pytest.mark.gigabytes, pytest.mark.timeout(1800)]
IMAGE = "pytorch-2.13-cpu"
SETTINGS = settings_for("local")[0]


def test_the_evaluation_judges_an_artefact(
    rebuild: Rebuild, trained: Path, session_features: Path, tmp_path: Path
) -> None:
    container = rebuild(IMAGE)
    layout = Layout(tmp_path / "ml")
    inputs = layout.make("processing/input")
    stage_jobs(inputs / "modules")
    layout.make("processing/input/code")
    shutil.copy(ROOT / "ml_code/evaluate.py", inputs / "code")
    shutil.copytree(session_features / "test", inputs / "test")
    layout.make("processing/input/model")
    with tarfile.open(inputs / "model/model.tar.gz", "w:gz") as archive:
        archive.add(trained / "model", arcname=".")
    request = requests.evaluation(SETTINGS)
    specification = request["AppSpecification"]
    command = [*specification["ContainerEntrypoint"], *specification["ContainerArguments"]]
    done = subprocess.run(
        [layout.localise(word) for word in command],
        env=container.environment(**layout.localise_all(request["Environment"])),
        capture_output=True,
        text=True,
        timeout=600,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    output = layout.root / "processing/output/evaluation"
    result = json.loads((output / "evaluation.json").read_text())
    assert result["accuracy"] > 0.8
    assert (output / "evaluation.html").is_file()
