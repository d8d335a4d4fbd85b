"""Clients that record their calls."""

from typing import Any

from botocore.exceptions import ClientError


class Recorder:
    """Any client; remembers what it was asked. Those in `broken` are refused, with this code."""

    def __init__(self, *broken: str, code: str = "ValidationException") -> None:
        self.calls: dict[str, Any] = {}
        self._broken, self._code = broken, code

    def __getattr__(self, name: str) -> Any:
        def call(**request: Any) -> None:
            self.calls[name] = request
            if name in self._broken:
                raise ClientError({"Error": {"Code": self._code}}, name)

        return call
