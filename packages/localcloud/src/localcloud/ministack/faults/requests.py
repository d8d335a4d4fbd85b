"""Faults of requests: throttled, refused with an error, delayed, or with their response lost."""

import asyncio
import json
from typing import Any
from uuid import uuid4

from localcloud.faults import calls
from localcloud.faults.registry import Faults
from localcloud.faults.responses import ErrorResponse, error_of
from localcloud.http.server import Asgi, close_without_response
from localcloud.http.wire import HttpRequest
from localcloud.ministack.iam.callers import NAMESPACE
from localcloud.ministack.modules import Ministack
from localcloud.ministack.patch import Handler, Patch, Response, names

KINDS = ("throttle", "error", "lost", "slow")
LOST = "x-localcloud-lost"  # on a response that must not reach the client


def inject_into_requests(ministack: Ministack, serve: Handler, prefix: str) -> Handler:
    """`prefix` is the service prefix of actions in policies."""
    faults, actions = ministack.faults, ministack.iam_actions

    async def inject_or_serve(
        method: str, path: str, headers: dict[str, str], body: Any, query: dict[str, list[str]]
    ) -> Response:
        if not faults.any:
            return await serve(method, path, headers, body, query)
        request = _request(method, path, headers, body, query)
        call = calls.operation_of(prefix, request)
        if call is None or not faults.may_hit(call):
            return await serve(method, path, headers, body, query)
        fault = faults.trigger(KINDS, call, calls.request_text(request))
        if fault and fault.kind in ("throttle", "error"):
            return _refusal(error_of(fault), calls.SERVICES[prefix].handler, request, actions)
        if fault and fault.kind == "slow":
            await asyncio.sleep(fault.seconds or 0)
        status, found, content = await serve(method, path, headers, body, query)
        lost = {LOST: "1"} if fault and fault.kind == "lost" else {}
        return status, {**found, **lost}, content

    return inject_or_serve


def _request(method: str, path: str, headers: Any, body: Any, query: Any) -> HttpRequest:
    content = body.encode() if isinstance(body, str) else body or b""
    names = {name.lower(): value for name, value in headers.items()}
    return HttpRequest(method, path, names, query, content)


def _refusal(error: ErrorResponse, handler: str, request: HttpRequest, actions: Any) -> Response:
    """The error in the protocol of the service, as ministack writes a denial."""
    _, headers, body = actions.access_denied_response(
        handler,
        "",
        "",
        str(uuid4()),
        error_code=error.code,
        message=error.message,
        headers=request.headers,
    )
    if error.members:
        body = json.dumps(json.loads(body) | error.members).encode()
    if error.status >= 500:
        body = body.replace(b"<Type>Sender</Type>", b"<Type>Receiver</Type>")
    return error.status, headers, NAMESPACE.sub(b"", body)


# -- lost responses ------------------------------------------------------------------------------


def lose_responses(faults: Faults, serve: Asgi) -> Asgi:
    """Closes the connection without a byte of a response that is lost."""

    async def application(scope: dict[str, Any], receive: Any, send: Any) -> None:
        if not faults.any or scope["type"] != "http":
            return await serve(scope, receive, send)
        is_lost = False

        async def send_or_lose(message: Any) -> None:
            nonlocal is_lost
            if not is_lost and _is_lost(message):
                is_lost = True
                await close_without_response(scope, receive)
            elif not is_lost:
                await send(message)

        await serve(scope, receive, send_or_lose)

    return application


def _is_lost(message: Any) -> bool:
    return any(name == LOST.encode() for name, _ in message.get("headers", ()))


PATCHES = tuple(
    Patch(
        target=f"app:SERVICE_HANDLERS[{service.handler}]",
        make=inject_into_requests,
        options={"prefix": prefix},
        why="a fault that is set refuses, delays or loses requests of the service",
        upstream="Faults on demand: throttling, errors, slow and lost responses",
        test="ministack/faults/test_requests.py::test_calls_of_every_service_can_be_throttled",
        uses=names("core.iam_actions", "access_denied_response"),
    )
    for prefix, service in calls.SERVICES.items()
)
