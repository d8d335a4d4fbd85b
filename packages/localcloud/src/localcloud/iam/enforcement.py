"""Asks a running server to enforce IAM, or not to; it does not from the start."""

import json
from urllib.request import Request, urlopen

PATH = "/_localcloud/iam"
_SECONDS = 30


def enforce(endpoint_url: str) -> None:
    """Lets the policies of every role decide from now on what its sessions may do."""
    _ask(endpoint_url, "PUT")


def relax(endpoint_url: str) -> None:
    """Lets every session do everything from now on."""
    _ask(endpoint_url, "DELETE")


def is_enforced(endpoint_url: str) -> bool:
    """Whether policies decide."""
    return _ask(endpoint_url, "GET")


def _ask(endpoint_url: str, method: str) -> bool:
    request = Request(f"{endpoint_url}{PATH}", method=method)  # noqa: S310 - the server's own
    with urlopen(request, timeout=_SECONDS) as response:  # noqa: S310
        enforced: bool = json.load(response)["enforced"]
    return enforced
