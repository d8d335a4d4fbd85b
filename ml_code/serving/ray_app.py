"""The endpoint as an application of Ray Serve: `serving.ray_app:app`.

AWS's Ray images serve what SM_RAYSERVE_APP names; an adapter in front passes /invocations on
(deep-learning-containers: scripts/docker/ray/sagemaker_entrypoint.sh, sagemaker_serve.py).
"""

import os
from pathlib import Path

from ray import serve
from starlette.requests import Request
from starlette.responses import Response

from inference import model_fn, respond

_GPUS = len(list(Path("/dev").glob("nvidia[0-9]*")))
# One for each GPU, of which Ray lets each see its own; else one for each core.
_REPLICAS = int(os.environ.get("SAGEMAKER_MODEL_SERVER_WORKERS") or _GPUS or os.cpu_count() or 1)


@serve.deployment(
    num_replicas=_REPLICAS,
    ray_actor_options={"num_cpus": 0, "num_gpus": 1 if _GPUS else 0},
)
class Reviews:
    """A model, in a process of its own."""

    def __init__(self) -> None:
        self._model = model_fn(os.environ.get("SM_MODEL_DIR", "/opt/ml/model"))

    async def __call__(self, request: Request) -> Response:
        answer = respond(
            self._model,
            await request.body(),
            request.headers.get("content-type"),
            request.headers.get("accept"),
        )
        return Response(answer.body, int(answer.status), media_type=answer.content_type)


app = Reviews.bind()  # type: ignore[attr-defined]  # the decorator makes a Deployment of it
