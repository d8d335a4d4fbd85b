"""Turns the enforcement on and off, by a path beside AWS's own."""

import asyncio
import json
from collections.abc import Awaitable, Callable
from typing import Any

from localcloud.iam.authority import Authority, Judge
from localcloud.iam.decisions import DecisionLog
from localcloud.iam.enforcement import PATH
from localcloud.ministack.seam import require

Asgi = Callable[[dict[str, Any], Any, Any], Awaitable[None]]


class Switch:
    """GET tells, PUT enforces, DELETE relaxes."""

    def __init__(
        self,
        authority: Authority,
        app: Any,
        lambda_runtime: Any,
        judge: Judge,
        log: DecisionLog,
    ) -> None:
        require(app, "AUTH")
        require(lambda_runtime, "reset")
        self._authority, self._app, self._functions = authority, app, lambda_runtime
        self._judge, self._log = judge, log

    def application(self, serve: Asgi) -> Asgi:
        async def application(scope: dict[str, Any], receive: Any, send: Any) -> None:
            if scope["type"] == "http" and scope["path"] == PATH:
                await self._answer(scope["method"], send)
            else:
                await serve(scope, receive, send)

        return application

    async def _answer(self, method: str, send: Any) -> None:
        if method in ("PUT", "DELETE"):
            # Ending the processes of functions takes a while.
            await asyncio.to_thread(self._set, enforced=method == "PUT")
        body = json.dumps({"enforced": self._app.AUTH}).encode()
        headers = [(b"content-type", b"application/json")]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": body})

    def _set(self, *, enforced: bool) -> None:
        if enforced == self._app.AUTH:
            return
        if enforced:
            self._log.begin()
        self._app.AUTH = enforced
        self._authority.appoint(self._judge if enforced else None)
        # Functions get the credentials of their role, or the account's, when they start.
        self._functions.reset()
