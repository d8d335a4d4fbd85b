"""A path of the server, beside AWS's, where faults are set, listed and removed."""

import asyncio
import json
from typing import Any

from localcloud.core.cloud import Cloud
from localcloud.core.errors import AwsError
from localcloud.faults.calls import check_call
from localcloud.faults.client import PATH
from localcloud.faults.fault import KINDS, Fault, FaultError
from localcloud.http.server import Asgi, read_body, send_json
from localcloud.jobs.interruption import interrupt
from localcloud.jobs.training_job import KIND
from localcloud.ministack.faults.functions import can_be_hit
from localcloud.ministack.modules import Ministack


class Control:
    """GET lists the faults, POST sets one, DELETE removes all."""

    def __init__(self, ministack: Ministack) -> None:
        self._regions, self._faults = ministack.regions, ministack.faults
        self._functions = ministack.functions._functions

    def application(self, serve: Asgi) -> Asgi:
        async def application(scope: dict[str, Any], receive: Any, send: Any) -> None:
            if scope["type"] == "http" and scope["path"] == PATH:
                await self._respond(scope["method"], receive, send)
            else:
                await serve(scope, receive, send)

        return application

    async def _respond(self, method: str, receive: Any, send: Any) -> None:
        faults, status = self._faults, 200
        response: dict[str, Any] = {}
        try:
            if method == "POST":
                options = _read_json(await read_body(receive))
                response["number"] = await asyncio.to_thread(self._add, options)
            elif method == "DELETE":
                faults.clear()
            response["faults"] = faults.list()
        except FaultError as error:
            status, response = 400, {"message": str(error)}
        except AwsError as error:  # of an interruption
            status, response = 400, {"message": error.message}
        await send_json(send, status, response)

    def _add(self, options: Any) -> int:
        """Sets a fault and returns its number, or 0 for an interruption, which happens at once."""
        fault = Fault.parse(options)
        check_call(fault, self._regions.home.operations)
        target = KINDS[fault.kind].target
        if target == "job":
            interrupt(self._region_of(fault.call), fault.call)
            self._faults.write(0, fault, fault.call)
            return 0
        if target == "function":
            self._check_function(fault.call)
        return self._faults.add(fault)

    def _region_of(self, job_name: str) -> Cloud:
        """The first region with a training job of this name, or the home region."""
        found = (cloud for cloud in self._regions if cloud.store.get(KIND, job_name))
        return next(found, self._regions.home)

    def _check_function(self, call: str) -> None:
        prefix, _, name = call.partition(":")
        known = sorted(key for key, found in self._functions.items() if can_be_hit(found))
        if prefix != "lambda" or name not in known:
            shown = ", ".join(f"lambda:{key}" for key in known) or "none is deployed yet"
            raise FaultError(f"Unknown function {call!r}; allowed are: {shown}")


def _read_json(body: bytes | None) -> Any:
    try:
        return json.loads(body or b"")
    except (ValueError, RecursionError) as error:
        raise FaultError(f"The body is not JSON: {error}") from error
