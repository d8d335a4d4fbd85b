"""The requests of the pages' scripts that change nothing, answered with JSON documents."""

import json
from dataclasses import asdict

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse
from starlette.routing import Route

from reviews.client.environment import Environment
from reviews.client.errors import InvalidArgument
from reviews.client.runs.comparison import compare
from reviews.console import documents, graph, run_documents, start_form
from reviews.console.bodies import body_of
from reviews.console.executions import Executions
from reviews.console.feature_rows import FeatureRows
from reviews.console.guard import REPORT_POLICY
from reviews.console.live import LiveExecution
from reviews.console.occlusion import explain
from reviews.console.reports import Reports


class Api:
    """Each method handles one route; Starlette runs those that are not async in threads."""

    def __init__(self, environment: Environment, executions: Executions) -> None:
        self._environment, self._executions = environment, executions
        self._features = FeatureRows(environment.features)

    def routes(self) -> list[Route]:
        """A POST here has a text that may be long, or secret; the statements of SQL may change
        tables, if the caller's permissions allow it."""
        return [
            Route("/api/executions", self.executions),
            Route("/api/executions/{name}", self.execution),
            Route("/api/executions/{name}/run", self.run),
            Route("/api/executions/{name}/graph", self.graph),
            Route("/api/executions/{name}/states/{state:path}", self.state),
            Route("/api/executions/{name}/curves", self.curves),
            Route("/api/executions/{name}/reports", self.reports),
            Route("/reports/{name}/{report}", self.report),
            Route("/api/comparison", self.comparison),
            Route("/api/form", self.form),
            Route("/api/features", self.features),
            Route("/api/queries", self.query, methods=["POST"]),
            Route("/api/predictions", self.predict, methods=["POST"]),
        ]

    # -- executions ----------------------------------------------------------------------------

    def executions(self, request: Request) -> JSONResponse:
        listed, after = self._executions.page(request.query_params.get("after", ""))
        return JSONResponse(run_documents.page(listed, after))

    def execution(self, request: Request) -> JSONResponse:
        live = self._live(request)
        found = documents.tuning(live.tuning())
        return JSONResponse({**documents.execution(live.snapshot()), "tuning": found})

    def run(self, request: Request) -> JSONResponse:
        return JSONResponse(run_documents.run(self._executions.run(request.path_params["name"])))

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
        return JSONResponse({"steps": curves.steps, "points": curves.in_order()})

    def reports(self, request: Request) -> JSONResponse:
        found = self._reports(request).found()
        return JSONResponse([{"name": report.name, "title": report.title} for report in found])

    def report(self, request: Request) -> HTMLResponse:
        html = self._reports(request).html(request.path_params["report"])
        return HTMLResponse(html, headers={"Content-Security-Policy": REPORT_POLICY})

    def comparison(self, request: Request) -> JSONResponse:
        first, second = (request.query_params.get(name, "") for name in ("first", "second"))
        if not (first and second):
            raise InvalidArgument("Choose two runs to compare.")
        runs = self._executions.run(first), self._executions.run(second)
        return JSONResponse(run_documents.comparison(compare(*runs)))

    def form(self, _: Request) -> JSONResponse:
        return JSONResponse(start_form.fields(self._environment))

    # -- features and endpoint -----------------------------------------------------------------

    def features(self, _: Request) -> JSONResponse:
        return JSONResponse({**asdict(self._features.first()), "sql": self._features.counts})

    async def query(self, request: Request) -> JSONResponse:
        given = await body_of(request, sql=str)
        return JSONResponse(asdict(await run_in_threadpool(self._features.query, **given)))

    async def predict(self, request: Request) -> JSONResponse:
        given = await body_of(request, text=str)
        predict = self._environment.endpoint.predict
        return JSONResponse(asdict(await run_in_threadpool(explain, predict, **given)))

    def _live(self, request: Request) -> LiveExecution:
        return self._executions.named(request.path_params["name"])

    def _reports(self, request: Request) -> Reports:
        return Reports(self._environment.client("s3"), self._live(request).snapshot())
