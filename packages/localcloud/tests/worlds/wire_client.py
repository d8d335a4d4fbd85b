"""A real boto3 client of a SageMaker service that has a store, but no server and no other AWS."""

from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import boto3
from botocore.awsrequest import AWSPreparedRequest, AWSResponse

from localcloud import composition
from localcloud.core.cloud import Cloud
from localcloud.http import wire

NOWHERE = "http://127.0.0.1:9"
_SESSION = boto3.session.Session()  # of all clients: reading the service's model takes a while


class _Body:
    """What botocore reads an answer from."""

    def __init__(self, content: bytes) -> None:
        self._content = content

    def stream(self) -> Any:
        yield self._content


def new_cloud(folder: Path) -> Cloud:
    return composition.new_cloud(NOWHERE, folder)


def client_of(cloud: Cloud, service: str = "sagemaker") -> Any:
    """Its requests go straight to `wire`."""
    client = _SESSION.client(
        service,
        endpoint_url=NOWHERE,
        region_name=cloud.region,
        aws_access_key_id="test",
        aws_secret_access_key="test",
    )

    def answer(request: AWSPreparedRequest, **_: Any) -> AWSResponse:
        url = urlsplit(request.url)
        headers = {name.lower(): _text(value) for name, value in request.headers.items()}
        body = request.body.encode() if isinstance(request.body, str) else request.body or b""
        response = wire.respond(
            cloud, wire.HttpRequest(request.method, url.path, headers, parse_qs(url.query), body)
        )
        return AWSResponse(request.url, response.status, response.headers, _Body(response.body))

    client.meta.events.register("before-send", answer)
    return client


def _text(value: str | bytes) -> str:
    return value.decode() if isinstance(value, bytes) else value
