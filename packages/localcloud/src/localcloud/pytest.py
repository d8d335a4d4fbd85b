"""A pytest plug-in: `-p localcloud.pytest` gives tests a server of their own.

`localcloud` is the server, one for the run, or one for each worker of pytest-xdist. With
`aws_environment` any AWS client of the test, also in a process that it starts, talks to it;
`aws_client` makes boto3 clients. What tests leave stays for the next ones unless they ask for
`fresh_localcloud`.
"""

import os
from collections.abc import Callable, Iterator
from typing import Any

import boto3
import pytest

from localcloud.core.address import without_account
from localcloud.server import LocalCloud


@pytest.fixture(scope="session")
def localcloud(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalCloud]:
    """The server of this run; its folder is one of pytest's."""
    with LocalCloud(data_dir=tmp_path_factory.mktemp("localcloud")) as cloud:
        yield cloud


@pytest.fixture
def fresh_localcloud(localcloud: LocalCloud) -> LocalCloud:
    """The server with nothing in it: it is started anew, at the same address, for this test."""
    localcloud.reset()
    return localcloud


@pytest.fixture
def aws_environment(localcloud: LocalCloud, monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    """The variables that make AWS clients use the server, set for this test.

    No other variable of AWS is left, so that a real account is out of reach.
    """
    for name in set(os.environ) - set(without_account(os.environ)):
        monkeypatch.delenv(name)
    variables = localcloud.environment()
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(boto3, "DEFAULT_SESSION", None)  # which keeps what it has read
    return variables


@pytest.fixture
def aws_client(aws_environment: dict[str, str]) -> Callable[..., Any]:
    """`aws_client("s3")`: a boto3 client of the server. Options are those of boto3."""
    address = aws_environment["AWS_ENDPOINT_URL"]

    def client(service: str, **options: Any) -> Any:
        return boto3.client(service, **{"endpoint_url": address, **options})

    return client
