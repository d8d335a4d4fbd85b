"""The endpoint as an application of Ray Serve: `serving.ray_app:app`.

AWS's Ray images serve what SM_RAYSERVE_APP names. An adapter in front passes /invocations on to it
(deep-learning-containers: scripts/docker/ray/sagemaker_entrypoint.sh, sagemaker_serve.py).
"""

import os
from pathlib import Path

from ray import serve
from starlette.requests import Request
from starlette.responses import Response

from serving.request_handler import respond
from serving.review_model import ReviewModel

_GPUS = len(list(Path("/dev").glob("nvidia[0-9]*")))
# One for each GPU, of which Ray shows each replica its own; without GPUs one for each core.
_REPLICAS = int(os.environ.get("SAGEMAKER_MODEL_SERVER_WORKERS") or _GPUS or os.cpu_count() or 1)


@serve.deployment(
    num_replicas=_REPLICAS,
    ray_actor_options={"num_cpus": 0, "num_gpus": 1 if _GPUS else 0},
)
class Reviews:
    """A replica: a model in a process of its own."""

    def __init__(self) -> None:
        self._model = ReviewModel.load(Path(os.environ.get("SM_MODEL_DIR", "/opt/ml/model")))

    async def __call__(self, request: Request) -> Response:
        response = respond(
            self._model,
            await request.body(),
            request.headers.get("content-type"),
            request.headers.get("accept"),
        )
        return Response(response.body, int(response.status), media_type=response.content_type)


app = Reviews.bind()  # type: ignore[attr-defined]  # the decorator makes a Deployment of it
