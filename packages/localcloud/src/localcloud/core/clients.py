"""boto3 clients of the embedded AWS itself.

One session makes all of them, because it caches the services' models: reading one takes longer
than most calls. Threads may share a client, but not the session.
"""

import threading
from functools import cache
from typing import Any

import boto3
from botocore.config import Config

_CONNECTIONS = 64  # as many as there are threads that serve requests
_MAKING = threading.Lock()


@cache
def _session() -> Any:
    return boto3.session.Session()


def make_client(service: str, **options: Any) -> Any:
    """A boto3 client. `options` are those of boto3: endpoint_url, region_name and credentials."""
    config = Config(s3={"addressing_style": "path"}, max_pool_connections=_CONNECTIONS)
    with _MAKING:
        return _session().client(service, config=config, **options)
