"""The requests that change something: start, stop and redrive a run, answer an approval, and start
a stopped endpoint.

Each is a POST, which the guard protects, and calls the same functions as the command of its name.
"""

from pathlib import Path
from typing import Any

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from reviews.client.environment import Environment
from reviews.client.errors import InvalidArgument
from reviews.client.files import sources
from reviews.client.runs import run_input
from reviews.console import uploads
from reviews.console.bodies import body_of
from reviews.console.executions import Executions
from reviews.console.start_form import FILE, NAME, InvalidFields, StartForm


class Actions:
    """Each method handles one route."""

    def __init__(self, environment: Environment, executions: Executions) -> None:
        self._environment, self._executions = environment, executions

    def routes(self) -> list[Route]:
        handlers = {
            "/api/executions": self.start,
            "/api/executions/{name}/stop": self.stop,
            "/api/executions/{name}/redrive": self.redrive,
            "/api/executions/{name}/answer": self.answer,
            "/api/endpoint/start": self.start_endpoint,
        }
        return [Route(path, handler, methods=["POST"]) for path, handler in handlers.items()]

    async def start(self, request: Request) -> JSONResponse:
        """The body is the file, and the query has the fields of the form."""
        try:
            form = StartForm.read(request.query_params)
        except InvalidFields:
            await uploads.drain(request.stream())
            raise
        async with uploads.received(request, form.file_name) as file:
            return JSONResponse(await run_in_threadpool(self._start, form, file))

    def stop(self, request: Request) -> JSONResponse:
        live = self._executions.named(request.path_params["name"])
        found = self._environment.runs.find(request.path_params["name"])
        stopped = self._environment.runs.stop(found)
        live.forget()
        return JSONResponse({"run": found.name, "stopped_jobs": stopped})

    def redrive(self, request: Request) -> JSONResponse:
        live = self._executions.named(request.path_params["name"])
        found = self._environment.runs.find(request.path_params["name"])
        self._environment.runs.redrive(found)
        live.forget()
        return JSONResponse({"run": found.name})

    def start_endpoint(self, _: Request) -> JSONResponse:
        return JSONResponse({"message": self._environment.endpoint.start(wait=False)})

    async def answer(self, request: Request) -> JSONResponse:
        given = await body_of(request, approved=bool, comment=str)
        return JSONResponse(await run_in_threadpool(self._answer, request, **given))

    def _answer(self, request: Request, *, approved: bool, comment: str) -> dict[str, Any]:
        live = self._executions.named(request.path_params["name"])
        name = live.snapshot().execution.name
        who = self._environment.runs.approve(name, approved=approved, comment=comment)
        live.forget()
        return {"run": name, "approved": approved, "by": who}

    def _start(self, form: StartForm, file: Path) -> dict[str, Any]:
        notes: list[str] = []
        try:
            run_input.check_start(form.document, file)
            document = run_input.with_reviews(
                self._environment,
                file,
                form.document,
                detect_columns=form.detect_columns,
                tell=notes.append,
            )
        except InvalidArgument as error:
            reason = sources.message(error, file, name=file.name)
            raise InvalidFields({FILE: reason.removeprefix(f"{file.name}: ")}) from error
        try:
            arn = self._environment.runs.start(document, form.name)
        except InvalidArgument as error:
            raise InvalidFields({NAME: str(error)}) from error
        return {
            "run": arn.rpartition(":")[2],
            "input": document,
            "notes": [_without_folder(note, file) for note in notes],
        }


def _without_folder(text: str, file: Path) -> str:
    """The sentence as the user knows the file, whose copy is in a folder of the console."""
    return text.replace(f"{file.parent}/", "")
