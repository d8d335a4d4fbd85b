"""The comparison of requests with a baseline in AWS's scikit-learn image, with its SciPy."""

import json
import shutil
import subprocess
from pathlib import Path

import numpy as np
import pytest

from contract.drift import Report
from infra import requests
from infra.bundles import stage_jobs
from infra.settings import settings_for
from localcloud.jobs.layout import Layout
from tests.images.conftest import Rebuild
from tests.images.rebuilt import ROOT
from tests.ml_code.monitoring.streams import baseline
from tests.ml_code.test_drift import END, RATED_FROM, START, line

pytestmark = pytest.mark.timeout(1800)  # the environment may have to be made first
IMAGE = "scikit-learn-1.9-0"
SETTINGS = settings_for("local")[0]


def test_a_job_installs_the_tokenizer_alone_and_writes_its_report(
    rebuild: Rebuild, base_model: Path, tmp_path: Path
) -> None:
    container = rebuild(IMAGE)
    layout = Layout(tmp_path / "ml")
    layout.make("output")
    inputs = layout.make("processing/input")
    stage_jobs(inputs / "modules")
    (inputs / "code").mkdir()
    shutil.copy(ROOT / "ml_code/drift.py", inputs / "code")
    baseline(np.random.default_rng(1), 500).write(inputs / "baseline")
    shutil.copy(base_model / "tokenizer.json", inputs / "baseline")
    hour = inputs / "data/capture/reviews-local/AllTraffic/2026/02/03/10"
    hour.mkdir(parents=True)
    moved = json.dumps(line(["la robe est très belle mais je la rends"], ["negative"]))
    (hour / "00-12-345-0a1b.jsonl").write_text(f"{moved}\n" * 60)
    request = requests.fill(
        requests.drift(SETTINGS), run="run-1", start=START, end=END, rated_from=RATED_FROM
    )
    specification = request["AppSpecification"]
    command = [*specification["ContainerEntrypoint"], *specification["ContainerArguments"]]
    done = subprocess.run(
        [layout.localise(word) for word in command],
        env=container.environment(**layout.localise_all(request["Environment"])),
        capture_output=True,
        text=True,
        timeout=300,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    installed = [row for row in done.stdout.splitlines() if row.startswith("Installing ")]
    assert [row.partition("=")[0] for row in installed] == ["Installing tokenizers"]
    output = layout.root / "processing/output/report"
    report = Report.read(json.loads((output / "report.json").read_text()))
    assert report.requests == 60
    assert "class_mix" in [finding.quantity for finding in report.drifted]
    assert (output / "report.html").is_file()
