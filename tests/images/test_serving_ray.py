"""The Ray image serves: what its entry point runs, and requests as its adapter passes them on.

deep-learning-containers, scripts/docker/ray: sagemaker_entrypoint.sh and sagemaker_serve.py.
"""

from pathlib import Path

import pytest

from tests.images.conftest import Rebuild
from tests.images.endpoint import (
    Client,
    environment,
    free_port,
    make_artefact,
    running,
)

pytestmark = pytest.mark.timeout(1800)  # the environment may have to be made first
IMAGE = "ray-serve-ml"
# What the adapter adds where a client sends none.
ADDED = {"Content-Type": "application/json", "Accept": "application/json"}
# Of its own, where the image has ports 6379 and 8000 to itself.
SERVE = """
set -e
pip install -r "$SM_MODEL_DIR/code/requirements.txt"
ray start --head --port=$RAY_PORT --include-dashboard=False --num-gpus=0 --temp-dir="$RAY_FOLDER"
serve start --http-host=127.0.0.1 --http-port=$HTTP_PORT
exec serve run ${SM_RAYSERVE_APP}
"""


def test_every_body_is_answered_from_wheels_alone(
    rebuild: Rebuild, base_model: Path, tmp_path: Path
) -> None:
    container = rebuild(IMAGE)
    folder = make_artefact(base_model, tmp_path / "ml", container.image.python)
    ray, http, log = free_port(), free_port(), tmp_path / "log"
    variables = environment(
        container,
        folder,
        PYTHONPATH=f"{folder / 'model'}:{folder / 'model' / 'code'}",
        RAY_ADDRESS=f"127.0.0.1:{ray}",
        RAY_PORT=str(ray),
        HTTP_PORT=str(http),
        RAY_FOLDER="/tmp/reviews-ray",
        RAY_USAGE_STATS_ENABLED="0",
    )
    with running(["bash", "-c", SERVE], variables, log) as server:
        client = Client(http, "/", ADDED)
        client.wait(server, log)
        client.check_all()
    rebuild.note("without torch; its adapter's headers, not the adapter")
