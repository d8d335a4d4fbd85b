"""What the first page shows beside the executions: the endpoint, its requests and the alarms.

Each part is a request of its own, so that one that AWS refuses does not take the others along.
"""

from dataclasses import asdict
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from reviews.client.aws.alarms import Alarm
from reviews.client.endpoint.serving import Serving
from reviews.client.environment import Environment
from reviews.client.errors import EndpointMissing, EndpointStopped
from reviews.console.documents import moment
from reviews.console.models import version


class Overview:
    """Each method handles one route."""

    def __init__(self, environment: Environment) -> None:
        self._environment = environment

    def routes(self) -> list[Route]:
        return [
            Route("/api/serving", self.serving),
            Route("/api/traffic", self.traffic),
            Route("/api/alarms", self.alarms),
        ]

    def serving(self, _: Request) -> JSONResponse:
        try:
            found = self._environment.endpoint.serving()
        except EndpointMissing as error:
            is_stopped = isinstance(error, EndpointStopped)
            return JSONResponse({"serving": None, "reason": str(error), "is_stopped": is_stopped})
        return JSONResponse({"serving": _serving(found)})

    def traffic(self, _: Request) -> JSONResponse:
        return JSONResponse([asdict(window) for window in self._environment.endpoint.traffic()])

    def alarms(self, _: Request) -> JSONResponse:
        return JSONResponse([_alarm(alarm) for alarm in self._environment.alarms()])


def _serving(found: Serving) -> dict[str, Any]:
    """The document of the serving endpoint; null stands for what is not known."""
    return {
        "endpoint": found.endpoint,
        "status": found.status,
        "config": found.config,
        "deployed": moment(found.deployed),
        "changed": moment(found.changed),
        "instances": found.instances,
        "run": found.run or None,
        "execution": found.execution or None,
        "version": version(found.version) if found.version else None,
    }


def _alarm(found: Alarm) -> dict[str, Any]:
    return {**asdict(found), "since": moment(found.since)}
