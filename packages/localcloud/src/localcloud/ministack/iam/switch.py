"""A path of the server, beside AWS's, that enforces IAM or stops enforcing it."""

import asyncio
from typing import Any

from localcloud.http.server import Asgi, send_json
from localcloud.iam.enforcement import PATH
from localcloud.ministack.iam.policy_evaluation import policy_evaluation
from localcloud.ministack.modules import Ministack


class Switch:
    """GET returns whether IAM is enforced, PUT enforces it, DELETE stops that."""

    def __init__(self, ministack: Ministack) -> None:
        self._ministack, self._evaluate = ministack, policy_evaluation(ministack)

    def application(self, serve: Asgi) -> Asgi:
        async def application(scope: dict[str, Any], receive: Any, send: Any) -> None:
            if scope["type"] == "http" and scope["path"] == PATH:
                await self._respond(scope["method"], send)
            else:
                await serve(scope, receive, send)

        return application

    async def _respond(self, method: str, send: Any) -> None:
        if method in ("PUT", "DELETE"):
            # It waits for the processes of functions to end.
            await asyncio.to_thread(self._set, enforced=method == "PUT")
        await send_json(send, 200, {"enforced": self._ministack.is_enforced})

    def _set(self, *, enforced: bool) -> None:
        if enforced == self._ministack.is_enforced:
            return
        if enforced:
            self._ministack.decisions.begin()
        self._ministack.enforce(self._evaluate if enforced else None)
        # Functions get the credentials of their role, or the account's, when they start.
        self._ministack.runtime.reset()
