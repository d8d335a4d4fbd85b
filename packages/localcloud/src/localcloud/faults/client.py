"""A client of the faults of a running server."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.error import HTTPError
from urllib.request import Request, urlopen

from localcloud.faults import registry
from localcloud.faults.fault import FaultError

PATH = "/_localcloud/faults"
_SECONDS = 30


class FaultClient:
    """Sets, lists and removes faults. Raises FaultError for a fault that cannot be set."""

    def __init__(self, endpoint_url: str, data_dir: Path) -> None:
        self._url, self._data_dir = f"{endpoint_url}{PATH}", data_dir

    def add(self, kind: str, call: str, **options: Any) -> int:
        """Sets a fault and returns its number, or 0 for an interruption, which happens at once.

        The options are those of `Fault`: times, matching, share, seed, after, seconds, status.
        """
        number: int = self._ask("POST", {"kind": kind, "call": call, **options})["number"]
        return number

    def clear(self) -> None:
        """Removes all faults; the log is kept."""
        self._ask("DELETE")

    def log(self) -> list[dict[str, Any]]:
        return registry.read(self._data_dir)

    def list(self) -> list[dict[str, Any]]:
        faults: list[dict[str, Any]] = self._ask("GET")["faults"]
        return faults

    def _ask(self, method: str, fault: Mapping[str, Any] | None = None) -> dict[str, Any]:
        body = None if fault is None else json.dumps(fault).encode()
        request = Request(self._url, body, method=method)  # noqa: S310 - the server's own
        try:
            with urlopen(request, timeout=_SECONDS) as response:  # noqa: S310
                answer: dict[str, Any] = json.load(response)
        except HTTPError as error:
            with error:
                raise FaultError(json.load(error)["message"]) from None
        return answer
