"""The console as a Starlette application: its pages, and the API for their scripts."""

from functools import partial

from boto3.exceptions import Boto3Error
from botocore.exceptions import BotoCoreError, ClientError
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles

from reviews.client.environment import Environment
from reviews.client.errors import ReviewsError
from reviews.console.actions import Actions
from reviews.console.api import Api
from reviews.console.drift import Drift
from reviews.console.executions import Executions
from reviews.console.guard import Guard
from reviews.console.models import Models
from reviews.console.overview import Overview
from reviews.console.pages import FOLDER, PAGES, Page
from reviews.console.start_form import InvalidFields


def make_app(environment: Environment, *, port: int) -> Starlette:
    """The application for a server at `port` of 127.0.0.1 and localhost."""
    executions = Executions(environment)
    return Starlette(
        routes=[
            *(Route(page.path, partial(_show, page, environment.settings.name)) for page in PAGES),
            *Actions(environment, executions).routes(),
            *Api(environment, executions).routes(),
            *Overview(environment).routes(),
            *Drift(environment).routes(),
            *Models(environment).routes(),
            Mount("/static", StaticFiles(directory=FOLDER / "static")),
        ],
        middleware=[Middleware(Guard, port=port)],
        exception_handlers={
            InvalidFields: _invalid_fields,
            ReviewsError: _bad_request,
            ClientError: _bad_gateway,
            BotoCoreError: _bad_gateway,
            Boto3Error: _bad_gateway,  # such as S3UploadFailedError
        },
    )


def _show(page: Page, environment: str, _: Request) -> HTMLResponse:
    return HTMLResponse(page.html(environment))


def _invalid_fields(_: Request, error: Exception) -> JSONResponse:
    fields = error.fields if isinstance(error, InvalidFields) else {}
    return JSONResponse({"error": str(error), "fields": fields}, 400)


def _bad_request(_: Request, error: Exception) -> JSONResponse:
    return JSONResponse({"error": str(error)}, 400)


def _bad_gateway(_: Request, error: Exception) -> JSONResponse:
    """The answer to an error of AWS, or to a call that got no answer from AWS."""
    return JSONResponse({"error": str(error)}, 502)
