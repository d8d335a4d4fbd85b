"""Training in AWS's PyTorch image: the compiled request, AWS's own toolkit, and a shell before it.

Unlike AWS's container: host names are addresses of this machine, which gloo is told to use; the
build of torch is that of the package index; and the shell, which is not process 1 here, is told to
outlive SIGTERM as process 1 does.
"""

import contextlib
import json
import os
import re
import shutil
import signal
import subprocess
import tarfile
import textwrap
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import psutil
import pytest

from infra import requests
from infra.bundles import stage_jobs
from infra.settings import settings_for
from localcloud.jobs.layout import Layout
from tests.images.conftest import Rebuild
from tests.images.rebuilt import Image, Rebuilt

pytestmark = [pytest.mark.gigabytes, pytest.mark.timeout(1800)]
IMAGE = "pytorch-2.13-cpu"
_KILLED = "OutOfMemory: Process killed by SIGKILL (signal 9)"  # the toolkit's guess
SETTINGS = settings_for("local")[0]
# scripts/docker/pytorch/start_with_right_hostname.sh of github.com/aws/deep-learning-containers, at
# e0ecede (2026-08-21), without telemetry, CUDA and the library that changes the host's name: the
# shell stays, and `train` is its child. Process 1 has no default action for a signal (signal(7)).
_START = """\
    trap : TERM
    if [[ "$1" = "train" ]]; then
        train
    else
        eval "$@"
    fi
    """


@dataclass
class Job:
    """A training job on one host; `folder` stands for /opt/ml."""

    process: subprocess.Popen[str]
    folder: Path
    log: str = ""

    def read_until(self, text: str) -> None:
        """Reads the log up to a line with this text, or to its end."""
        assert self.process.stdout
        for line in self.process.stdout:
            self.log += line
            if text in line:
                return
        raise AssertionError(f"no {text!r} in:\n{self.log}")

    def wait(self) -> int:
        self.log += self.process.communicate(timeout=600)[0]
        return self.process.returncode

    def kill(self) -> None:
        """The whole container, as SageMaker does two minutes after SIGTERM."""
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()

    @property
    def failure(self) -> str:
        """What becomes FailureReason."""
        return (self.folder / "output" / "failure").read_text()

    def script(self) -> psutil.Process:
        """The process of train.py."""
        for child in psutil.Process(self.process.pid).children(recursive=True):
            if any(word.endswith("train.py") for word in child.cmdline()):
                return child
        raise AssertionError("train.py does not run")


@dataclass
class Platform:
    """SageMaker's part: folders, configuration files, the entry point."""

    container: Rebuilt
    base_model: Path
    features: Path
    folder: Path
    jobs: list[Job] = field(default_factory=list)

    def start(self, name: str = "algo-1", *, host: int = 1, hosts: int = 1, **changed: str) -> Job:
        layout = Layout(self.folder / name)
        for part in ("model", "output/data", "code", "checkpoints"):
            layout.make(part)
        for split in ("train", "validation"):
            target = layout.root / "input/data" / split
            shutil.copytree(self.features / split, target, dirs_exist_ok=True)
        shutil.copytree(self.base_model, layout.root / "base", dirs_exist_ok=True)
        request = requests.training(SETTINGS)
        values = {name: json.dumps(value) for name, value in self._hyperparameters().items()}
        hyperparameters = {**request["HyperParameters"], **values}
        hyperparameters |= {name.replace("_", "-"): value for name, value in changed.items()}
        layout.write_json("input/config/hyperparameters.json", layout.localise_all(hyperparameters))
        names = [f"127.0.0.{number + 1}" for number in range(hosts)]
        layout.write_json("input/config/resourceconfig.json", resources(names, host))
        layout.write_json(
            "input/config/inputdataconfig.json",
            {split: {"TrainingInputMode": "File"} for split in ("train", "validation")},
        )
        start = self.folder / "start.sh"
        start.write_text(textwrap.dedent(_START))
        process = subprocess.Popen(
            ["bash", str(start), "train"],
            env=self.container.environment(
                SAGEMAKER_BASE_DIR=str(layout.root),
                SAGEMAKER_TRAINING_MODULE="sagemaker_pytorch_container.training:main",
                GLOO_SOCKET_IFNAME="lo",
                OMP_NUM_THREADS="1",
            ),
            cwd=layout.root,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )
        self.jobs.append(Job(process, layout.root))
        return self.jobs[-1]

    def _hyperparameters(self) -> dict[str, str]:
        source = self.folder / "sourcedir.tar.gz"
        if not source.exists():
            with tarfile.open(source, "w:gz") as archive:
                archive.add(stage_jobs(self.folder / "source"), arcname=".")
        return {
            "base-model": "/opt/ml/base",
            "epochs": "1",
            "batch-size": "16",
            "accumulation-steps": "1",
            "learning-rate": "0.003",
            "star-spread": "0.7",
            "patience": "0",
            "max-length": "32",
            "seed": "42",
            "sagemaker_submit_directory": str(source),
            "sagemaker_job_name": "rebuilt",
        }


def resources(names: list[str], host: int) -> dict[str, object]:
    group = {"instance_group_name": "homogeneousCluster", "instance_type": "ml.c7i.2xlarge"}
    return {
        "current_host": names[host - 1],
        "current_instance_type": "ml.c7i.2xlarge",
        "current_group_name": "homogeneousCluster",
        "hosts": names,
        "instance_groups": [{**group, "hosts": names}],
        "network_interface_name": "lo",
    }


@pytest.fixture
def platform(
    rebuild: Rebuild, base_model: Path, session_features: Path, tmp_path: Path
) -> Iterator[Platform]:
    container = rebuild(IMAGE)
    code = "import torch; print(torch.__version__)"
    version = subprocess.check_output([container.python, "-c", code], text=True).strip()
    rebuild.note(f"torch {version} in place of 2.13.0+cpu")
    folder = tmp_path / "jobs"
    folder.mkdir()
    made = Platform(container, base_model, session_features, folder)
    yield made
    for job in made.jobs:
        job.kill()


def test_a_job_succeeds_and_installs_nothing_that_the_image_has(platform: Platform) -> None:
    job = platform.start()
    assert job.wait() == 0, job.log
    assert (job.folder / "output" / "success").exists()
    assert not (job.folder / "output" / "failure").exists()
    assert {"config.json", "model.safetensors"} <= {
        path.name for path in (job.folder / "model").iterdir()
    }
    assert re.search(r"validation:macro_f1=[\d.]+ epoch=1", job.log)
    site = next(platform.container.bin.parent.glob("lib/python*/site-packages"))
    installed = {path.name.partition("-")[0].lower() for path in site.glob("*.dist-info")}
    image = {
        pin.partition("==")[0].replace("-", "_").lower() for pin in Image.read(IMAGE).requirements
    }
    assert {"transformers", "tokenizers", "safetensors"} <= installed
    # Of this one the client of the model hub needs a newer version than the image has.
    assert installed & image <= {"typing_extensions"}


def test_a_users_error_is_the_failure_reason(platform: Platform) -> None:
    job = platform.start(epochs="0")
    assert job.wait() == 1
    assert (
        job.failure == "argument error: argument --epochs: 0 must be a whole number from 1 to 100"
    )


def test_a_script_that_is_killed_leaves_its_signal(platform: Platform) -> None:
    job = platform.start(epochs="100")
    job.read_until("step=")
    job.script().kill()
    assert job.wait() != 0
    assert _KILLED in job.failure


def test_sigterm_to_the_shell_is_not_heard_and_the_checkpoint_saves_the_work(
    platform: Platform,
) -> None:
    options = {"epochs": "100", "checkpoint_seconds": "0.01"}
    job = platform.start(**options)
    job.read_until("step=")
    job.process.send_signal(signal.SIGTERM)
    for _ in range(3):
        job.read_until("step=")
    assert "stopped by SIGTERM" not in job.log
    job.kill()
    again = platform.start(**options)
    again.read_until("Resumed at step")


def test_two_hosts_train_one_model(platform: Platform) -> None:
    jobs = [platform.start(f"algo-{host}", host=host, hosts=2) for host in (1, 2)]
    assert [job.wait() for job in jobs] == [0, 0], jobs[0].log + jobs[1].log
    assert "2 process(es) on cpu" in jobs[0].log
    assert (jobs[0].folder / "model" / "model.safetensors").exists()
    assert not (jobs[1].folder / "model" / "model.safetensors").exists()


def test_a_host_that_loses_the_other_one_says_so(platform: Platform) -> None:
    jobs = [platform.start(f"algo-{host}", host=host, hosts=2, epochs="100") for host in (1, 2)]
    jobs[0].read_until("step=")
    jobs[1].script().kill()
    assert jobs[0].wait() == 1, jobs[0].log
    assert jobs[0].failure.startswith("process 0 of 2 lost another one, which has the reason")
    assert jobs[1].wait() != 0
    assert _KILLED in jobs[1].failure
