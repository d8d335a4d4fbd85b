"""The endpoint as a WSGI application: `serving.wsgi_app:app`.

AWS's scikit-learn image runs gunicorn, behind nginx, with the application that its variable
SAGEMAKER_SERVING_MODULE names (sagemaker-containers 2.8.6.post2, _server.py). The image's own
application decodes bodies itself, replaces bytes that are not UTF-8 with U+FFFD, and loads the
model with the first request only.
"""

import os
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from serving.request_handler import Response, respond
from serving.review_model import ReviewModel

_MODEL = ReviewModel.load(Path(os.environ.get("SAGEMAKER_BASE_DIR", "/opt/ml"), "model"))


def app(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
    """GET /ping and POST /invocations (PEP 3333)."""
    response = _response(environ)
    body = response.body.encode()
    headers = [("Content-Type", response.content_type), ("Content-Length", str(len(body)))]
    start_response(f"{int(response.status)} {response.reason}", headers)
    return [body]


def _response(environ: dict[str, Any]) -> Response:
    route = environ["REQUEST_METHOD"], environ["PATH_INFO"]
    if route == ("GET", "/ping"):
        return Response(200, "", "text/plain")
    if route != ("POST", "/invocations"):
        return Response(404, "GET /ping or POST /invocations", "text/plain")
    body = environ["wsgi.input"].read()
    return respond(_MODEL, body, environ.get("CONTENT_TYPE"), environ.get("HTTP_ACCEPT"))
