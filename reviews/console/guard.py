"""Protects the console from requests of other web sites.

The console acts with its user's AWS credentials, and every page that a browser shows can send
requests to the loopback interface.
"""

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

# require-trusted-types-for: the browser enforces that our scripts create no HTML from texts.
POLICY = (
    "default-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'; "
    "object-src 'none'; require-trusted-types-for 'script'"
)
# A report runs no scripts and loads nothing; only the console may show it in a frame.
REPORT_POLICY = (
    "sandbox; default-src 'none'; style-src 'unsafe-inline'; img-src data:; frame-ancestors 'self'"
)
_HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store",
}
# No form of a web page can send these, and a script of another site only if the server says so:
# https://fetch.spec.whatwg.org/#cors-safelisted-request-header
_CONTENT = ("application/json", "application/octet-stream")
_OWN_SITE = ("same-origin", "none")  # none: typed, or opened from a bookmark


class Guard:
    """Refuses requests for another host, and requests of other sites."""

    def __init__(self, app: ASGIApp, *, port: int) -> None:
        self._app = app
        self._hosts = (f"127.0.0.1:{port}", f"localhost:{port}")

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def send_guarded(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                headers.setdefault("Content-Security-Policy", POLICY)
                headers.update(_HEADERS)
            await send(message)

        refusal = self._refusal(scope, Headers(scope=scope))
        answer = JSONResponse({"error": refusal}, 403) if refusal else self._app
        await answer(scope, receive, send_guarded)

    def _refusal(self, scope: Scope, headers: Headers) -> str:
        """The reason why the request is refused; empty if it is accepted."""
        host = headers.get("host", "")
        if host not in self._hosts:
            return f"This server is {self._hosts[0]}, not {host}."
        is_link = headers.get("sec-fetch-mode") == "navigate" and scope["method"] == "GET"
        is_page = not scope["path"].startswith("/api/")
        site = headers.get("sec-fetch-site", "none")
        if site not in _OWN_SITE and not (is_link and is_page):
            return "Requests of other sites are refused."
        if headers.get("origin", f"http://{host}") != f"http://{host}":
            return f"Requests of {headers['origin']} are refused."
        if scope["method"] == "POST" and headers.get("content-type") not in _CONTENT:
            return f"Send {' or '.join(_CONTENT)}."
        return ""
