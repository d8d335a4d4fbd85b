"""Neither a proxy nor a real account stands between clients and the embedded AWS."""

import os
from urllib.request import proxy_bypass_environment

import pytest

from localcloud.__main__ import leave_account_and_proxy
from localcloud.core.address import without_account
from localcloud.core.loopback import no_proxy


@pytest.mark.parametrize(
    ("environment", "value"),
    [
        ({}, "127.0.0.1,localhost"),
        ({"NO_PROXY": "intranet"}, "intranet,127.0.0.1,localhost"),
        ({"no_proxy": "localhost, .corp", "NO_PROXY": "x"}, "localhost, .corp,127.0.0.1"),
        ({"no_proxy": "", "NO_PROXY": "x,"}, "x,127.0.0.1,localhost"),
    ],
)
def test_what_is_spared_already_stays(environment: dict[str, str], value: str) -> None:
    assert no_proxy(environment) == {"no_proxy": value, "NO_PROXY": value}


@pytest.mark.parametrize("host", ["127.0.0.1:4566", "localhost:80"])
def test_python_asks_this_machine_without_a_proxy(host: str) -> None:
    assert proxy_bypass_environment(host, {"no": no_proxy({})["no_proxy"]})


def test_nothing_of_a_real_account_is_left() -> None:
    real = {"AWS_PROFILE": "work", "AWS_ENDPOINT_URL_S3": "https://x", "PATH": "/bin"}
    assert without_account(real) == {"PATH": "/bin"}


def test_the_command_line_leaves_account_and_proxy_behind(monkeypatch: pytest.MonkeyPatch) -> None:
    outer = {"AWS_PROFILE": "nope", "HTTP_PROXY": "http://127.0.0.1:9", "PATH": "/bin"}
    monkeypatch.setattr(os, "environ", outer)
    leave_account_and_proxy()
    assert outer == {
        "HTTP_PROXY": "http://127.0.0.1:9",
        "PATH": "/bin",
        "no_proxy": "127.0.0.1,localhost",
        "NO_PROXY": "127.0.0.1,localhost",
    }
