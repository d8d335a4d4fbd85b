"""The console as a Starlette application: its pages, and the API for their scripts."""

from functools import partial

from botocore.exceptions import BotoCoreError, ClientError
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles

from reviews.client.environment import Environment
from reviews.client.errors import ReviewsError
from reviews.console.api import Api
from reviews.console.guard import Guard
from reviews.console.pages import FOLDER, PAGES, Page


def make_app(environment: Environment, *, port: int) -> Starlette:
    """The application for a server at `port` of 127.0.0.1 and localhost."""
    api = Api(environment)
    return Starlette(
        routes=[
            *(Route(page.path, partial(_show, page, environment.settings.name)) for page in PAGES),
            Route("/api/executions", api.executions),
            Route("/api/executions/{name}", api.execution),
            Route("/api/executions/{name}/graph", api.graph),
            Route("/api/executions/{name}/states/{state:path}", api.state),
            Route("/api/executions/{name}/curves", api.curves),
            Route("/api/executions/{name}/reports", api.reports),
            Route("/reports/{name}/{report}", api.report),
            Route("/api/features", api.features),
            Route("/api/queries", api.query, methods=["POST"]),
            Route("/api/predictions", api.predict, methods=["POST"]),
            Mount("/static", StaticFiles(directory=FOLDER / "static")),
        ],
        middleware=[Middleware(Guard, port=port)],
        exception_handlers={
            ReviewsError: _bad_request,
            ClientError: _bad_gateway,
            BotoCoreError: _bad_gateway,
        },
    )


def _show(page: Page, environment: str, _: Request) -> HTMLResponse:
    return HTMLResponse(page.html(environment))


def _bad_request(_: Request, error: Exception) -> JSONResponse:
    return JSONResponse({"error": str(error)}, 400)


def _bad_gateway(_: Request, error: Exception) -> JSONResponse:
    """For errors of AWS, and for calls to AWS without an answer."""
    return JSONResponse({"error": str(error)}, 502)
