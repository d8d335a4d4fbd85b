"""Work that continues after the response has been sent."""

import threading
import time
from collections.abc import Callable
from typing import Any

from localcloud.core.cloud import Cloud, Service

_SHUTDOWN_SECONDS = 20


class Background(Service):
    """Runs tasks in threads, such as the start of an endpoint."""

    def __init__(self, cloud: Cloud) -> None:
        super().__init__(cloud)
        self._threads: list[threading.Thread] = []

    def run(self, task: Callable[..., Any], *arguments: Any) -> None:
        """Starts a task and returns at once. A task that waits has to check `cloud.stopping`."""
        thread = threading.Thread(target=task, args=arguments, name=task.__name__, daemon=True)
        self._threads = [*(one for one in self._threads if one.is_alive()), thread]
        thread.start()

    def shutdown(self) -> None:
        """Waits for the tasks, which may still send requests to the server."""
        deadline = time.monotonic() + _SHUTDOWN_SECONDS
        for thread in self._threads:
            thread.join(max(0.0, deadline - time.monotonic()))
