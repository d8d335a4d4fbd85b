"""Connections within this machine never go through a proxy."""

from collections.abc import Mapping

_HOSTS = ("127.0.0.1", "localhost")
# Some programs read the one and some the other, so both are set.
_NAMES = ("no_proxy", "NO_PROXY")


def no_proxy(environment: Mapping[str, str]) -> dict[str, str]:
    """The variables with which clients reach this machine without the proxy of an environment.

    Hosts that are listed already stay. https://docs.python.org/3/library/urllib.request.html
    """
    listed = next((environment[name] for name in _NAMES if environment.get(name)), "")
    hosts = [host for host in listed.split(",") if host.strip()]
    value = ",".join([*hosts, *(host for host in _HOSTS if host not in hosts)])
    return dict.fromkeys(_NAMES, value)
