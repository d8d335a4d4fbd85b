"""The versions of the model, and the requests that deploy one of them: promotion and rollback."""

from itertools import islice
from typing import Any

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from contract.metrics import GATED
from reviews.client.environment import Environment
from reviews.client.promotion.versions import ModelVersion
from reviews.console.bodies import body_of
from reviews.console.documents import finite, moment

_SHOWN = 20


class Models:
    """Each method handles one route. `environment` is the target of promotions."""

    def __init__(self, environment: Environment) -> None:
        self._environment = environment

    def routes(self) -> list[Route]:
        return [
            Route("/api/models", self.models),
            Route("/api/rollbacks", self.roll_back, methods=["POST"]),
            Route("/api/promotions", self.promote, methods=["POST"]),
        ]

    def models(self, _: Request) -> JSONResponse:
        models = self._environment.models
        serving = models.serving()
        sources = self._environment.settings.promotion.sources
        return JSONResponse(
            {
                "versions": [
                    {**version(one), **_deployable(one, serving)}
                    for one in islice(models.versions(), _SHOWN)
                ],
                "sources": [source.environment for source in sources],
            }
        )

    async def roll_back(self, request: Request) -> JSONResponse:
        given = await body_of(request, version=int)
        started = await run_in_threadpool(self._environment.models.roll_back, given["version"])
        return JSONResponse({"run": started.name})

    async def promote(self, request: Request) -> JSONResponse:
        given = await body_of(request, source=str, model=str)
        return JSONResponse(await run_in_threadpool(self._promote, **given))

    def _promote(self, *, source: str, model: str) -> dict[str, Any]:
        started = self._environment.models.promote(Environment(source), model)
        return {"run": started.name}


def version(one: ModelVersion) -> dict[str, Any]:
    """The document of a version; what is not known is null."""
    return {
        "number": one.number,
        "status": one.status,
        "run": one.run or None,
        "created": moment(one.created),
        **{name: finite(one.metrics.get(name)) for name, _ in GATED},
        "origin": _origin(one),
    }


def _deployable(one: ModelVersion, serving: ModelVersion | None) -> dict[str, bool]:
    """Whether it is the one that serves, and whether a rollback may deploy it."""
    serves = serving is not None and one.number == serving.number
    is_same = serving is not None and one.is_same_model(serving)
    return {"serves": serves, "can_be_deployed": one.is_approved and not is_same}


def _origin(one: ModelVersion) -> str:
    if one.rollback_to is not None:
        return f"rollback to version {one.rollback_to}"
    if one.origin is not None:
        return f"version {one.origin.version} of {one.origin.environment}"
    return "trained here"
