"""TorchServe with SageMaker's toolkit serves, as in AWS's older images and those made of them."""

import shutil
from pathlib import Path

import pytest

from tests.images.conftest import Rebuild
from tests.images.endpoint import Client, environment, free_port, make_artefact, running

pytestmark = pytest.mark.timeout(1800)  # the environment may have to be made first
IMAGE = "pytorch-inference-2.6-cpu"
# The image's `serve`, with a folder for the configuration that it would write to /etc.
SERVE = """
import os, setuptools
from sagemaker_pytorch_serving_container import torchserve
torchserve.TS_CONFIG_FILE = os.path.abspath("ts.properties")
torchserve.start_torchserve()
"""


@pytest.mark.gigabytes
def test_every_body_is_answered_by_the_four_functions(
    rebuild: Rebuild, base_model: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    java = shutil.which("java")
    if java is None:
        pytest.skip("Java: not on the PATH")
    container = rebuild(IMAGE)
    folder = make_artefact(base_model, tmp_path / "ml", container.image.python)
    port, log = free_port(), tmp_path / "log"
    variables = environment(
        container,
        folder,
        SAGEMAKER_BIND_TO_PORT=str(port),
        TS_METRICS_ADDRESS=f"http://127.0.0.1:{free_port()}",
        TS_GRPC_INFERENCE_PORT=str(free_port()),
        TS_GRPC_MANAGEMENT_PORT=str(free_port()),
    )
    monkeypatch.chdir(tmp_path)  # where it keeps its configuration, models and logs
    with running([str(container.python), "-c", SERVE], variables, log) as server:
        client = Client(port)
        client.wait(server, log)
        client.check_all()
    rebuild.note(f"torch {container.version('torch')} in place of 2.6.0")
