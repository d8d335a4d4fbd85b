"""The requests of the pages' scripts, answered with JSON documents."""

import json
from dataclasses import asdict

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse

from reviews.client.environment import Environment
from reviews.client.errors import InvalidArgument
from reviews.console import documents, graph
from reviews.console.executions import Executions
from reviews.console.guard import REPORT_POLICY
from reviews.console.live import LiveExecution
from reviews.console.occlusion import explain
from reviews.console.reports import Reports
from reviews.console.tables import Tables


class Api:
    """Each method handles one route; Starlette runs those that are not async in threads."""

    def __init__(self, environment: Environment) -> None:
        self._environment = environment
        self._executions, self._tables = Executions(environment), Tables(environment.features)

    def executions(self, request: Request) -> JSONResponse:
        page = self._executions.page(request.query_params.get("after", ""))
        return JSONResponse(documents.executions(page))

    def execution(self, request: Request) -> JSONResponse:
        return JSONResponse(documents.execution(self._live(request).snapshot()))

    def graph(self, request: Request) -> JSONResponse:
        return JSONResponse(graph.draw(self._live(request).definition))

    def state(self, request: Request) -> JSONResponse:
        live, name = self._live(request), request.path_params["state"]
        states = json.loads(live.definition)["States"]
        if name not in states:
            raise InvalidArgument(f"There is no state {name}.")
        return JSONResponse(documents.state(name, states[name], live.snapshot()))

    def curves(self, request: Request) -> JSONResponse:
        curves = self._live(request).curves()
        return JSONResponse({"steps": curves.steps, "points": curves.points})

    def reports(self, request: Request) -> JSONResponse:
        found = self._reports(request).found()
        return JSONResponse([{"name": report.name, "title": report.title} for report in found])

    def report(self, request: Request) -> HTMLResponse:
        html = self._reports(request).html(request.path_params["report"])
        return HTMLResponse(html, headers={"Content-Security-Policy": REPORT_POLICY})

    def features(self, _: Request) -> JSONResponse:
        return JSONResponse({**asdict(self._tables.first()), "sql": self._tables.counts})

    async def query(self, request: Request) -> JSONResponse:
        sql = await _text(request, "sql")
        return JSONResponse(asdict(await run_in_threadpool(self._tables.query, sql)))

    async def predict(self, request: Request) -> JSONResponse:
        text = await _text(request, "text")
        explained = await run_in_threadpool(explain, self._environment.endpoint.predict, text)
        return JSONResponse(asdict(explained))

    def _live(self, request: Request) -> LiveExecution:
        return self._executions.named(request.path_params["name"])

    def _reports(self, request: Request) -> Reports:
        return Reports(self._environment.client("s3"), self._live(request).snapshot())


async def _text(request: Request, name: str) -> str:
    """The string of this name in the body, a JSON object. Raises InvalidArgument for others."""
    try:
        document = json.loads(await request.body())
    except ValueError:
        document = None
    if not isinstance(document, dict) or not isinstance(document.get(name), str):
        raise InvalidArgument(f'Send {{"{name}": "..."}}.')
    return str(document[name])
