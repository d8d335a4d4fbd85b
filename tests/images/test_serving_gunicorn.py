"""The scikit-learn image serves: AWS's own starter, nginx where it is found, gunicorn."""

from pathlib import Path

import pytest

from tests.images.conftest import Rebuild
from tests.images.endpoint import Client, environment, free_port, make_artefact, running

pytestmark = pytest.mark.timeout(1800)  # the environment may have to be made first
IMAGE = "scikit-learn-1.9-0"
# What the image's `serve` does for a single model (sagemaker_sklearn_container/serving.py, of
# github.com/aws/sagemaker-scikit-learn-container, which is on no index), after the replacement of
# collections.Mapping that its Dockerfile makes in the toolkit. setuptools brings distutils; in the
# image it does so by itself, since it is in no environment below another.
SERVE = """
import setuptools
import collections, collections.abc
collections.Mapping = collections.abc.Mapping
from sagemaker_containers.beta.framework import env, server
server.start(env.ServingEnv().framework_module)
"""
# nginx would write its configuration to /etc.
NO_NGINX = {"SAGEMAKER_USE_NGINX": "false"}
OLD_PROTOBUF = {"PROTOCOL_BUFFERS_PYTHON_IMPLEMENTATION": "python"}  # as in infra/jobs/serving.py


def test_every_body_is_answered_from_wheels_alone(
    rebuild: Rebuild, base_model: Path, tmp_path: Path
) -> None:
    container = rebuild(IMAGE)
    folder = make_artefact(base_model, tmp_path / "ml", container.image.python)
    port, log = free_port(), tmp_path / "log"
    variables = environment(
        container, folder, SAGEMAKER_BIND_TO_PORT=str(port), **NO_NGINX, **OLD_PROTOBUF
    )
    with running([str(container.python), "-c", SERVE], variables, log) as server:
        client = Client(port)
        client.wait(server, log)
        client.check_all()
    assert container.version("onnxruntime") == "1.32.0"
    rebuild.note(f"{len(list((folder / 'model/code/wheels').iterdir()))} wheels")
