"""The reports about drift, and the request that starts another one."""

from typing import Any

from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse
from starlette.routing import Route

from reviews.client.environment import Environment
from reviews.client.errors import InvalidArgument
from reviews.console.documents import finite
from reviews.console.guard import REPORT_POLICY


class Drift:
    """Each method handles one route."""

    def __init__(self, environment: Environment) -> None:
        self._environment = environment

    def routes(self) -> list[Route]:
        return [
            Route("/api/drift", self.reports),
            Route("/api/drift", self.start, methods=["POST"]),
            Route("/drift/{name}", self.page),
        ]

    def reports(self, _: Request) -> JSONResponse:
        """The names of the newest reports, and the newest itself, null before the first one."""
        names = self._environment.drift.names()
        return JSONResponse({"names": names, "newest": self._document(names[0]) if names else None})

    def page(self, request: Request) -> HTMLResponse:
        html = self._environment.drift.page(request.path_params["name"])
        return HTMLResponse(html, headers={"Content-Security-Policy": REPORT_POLICY})

    def start(self, _: Request) -> JSONResponse:
        arn = self._environment.drift.start()
        return JSONResponse({"execution": arn.rpartition(":")[2]})

    def _document(self, name: str) -> Any:
        """Raises InvalidArgument for a report that another version of the project has written."""
        try:
            return finite(self._environment.drift.report(name).document())
        except ValueError as error:
            raise InvalidArgument(f"{name}: {error}") from error
