"""The environment that is shown, for many threads at once."""

from threading import Lock
from typing import Any

from reviews.client.aws import Environment


class Account:
    """Raises NotDeployed for an environment without a stack."""

    def __init__(self, here: Environment) -> None:
        self.name, self.outputs, self.labels = here.name, here.outputs, here.settings.labels
        self._here, self._lock = here, Lock()
        self._clients: dict[str, Any] = {}

    def client(self, service: str) -> Any:
        """Clients may be shared by threads, but boto3 must make them one at a time."""
        with self._lock:
            if service not in self._clients:
                self._clients[service] = self._here.client(service)
            return self._clients[service]
