"""What is alive in one embedded AWS: its job queue and its endpoints."""

import os
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from localcloud.core.cloud import Cloud
from localcloud.hosting.endpoint_metrics import EndpointMetrics
from localcloud.hosting.traffic import Traffic
from localcloud.hosting.utilisation import Utilisation
from localcloud.jobs.job_queue import JobQueue

if TYPE_CHECKING:
    from localcloud.hosting.fleet import Fleet

CONCURRENT_JOBS = "LOCALCLOUD_CONCURRENT_JOBS"
_DEFAULT_CONCURRENT_JOBS = 4


@dataclass
class Engine:
    queue: JobQueue
    metrics: EndpointMetrics
    utilisation: Utilisation
    # Both by endpoint name: who answers, and whose deployment is under way.
    traffic: dict[str, Traffic]
    pending: dict[str, "Fleet"] = field(default_factory=dict)
    stopping: threading.Event = field(default_factory=threading.Event)
    tasks: list[threading.Thread] = field(default_factory=list)

    def in_background(self, task: Callable[..., Any], *arguments: Any) -> None:
        thread = threading.Thread(target=task, args=arguments, name=task.__name__, daemon=True)
        self.tasks = [*(task for task in self.tasks if task.is_alive()), thread]
        thread.start()

    def join(self, seconds: float) -> None:
        """Waits for what is in the background: it may have something to ask of the server."""
        deadline = time.monotonic() + seconds
        for task in self.tasks:
            task.join(max(0.0, deadline - time.monotonic()))


_ENGINES: dict[Path, Engine] = {}
_ENGINES_LOCK = threading.Lock()


def engine(cloud: Cloud) -> Engine:
    """The engine of this embedded AWS, made on first use."""
    with _ENGINES_LOCK:
        if cloud.data_dir not in _ENGINES:
            traffic: dict[str, Traffic] = {}
            _ENGINES[cloud.data_dir] = Engine(
                JobQueue(concurrent_jobs()),
                EndpointMetrics(cloud),
                Utilisation(cloud, traffic),
                traffic,
            )
        return _ENGINES[cloud.data_dir]


def close_engine(cloud: Cloud) -> None:
    with _ENGINES_LOCK:
        _ENGINES.pop(cloud.data_dir, None)


def concurrent_jobs() -> int:
    """How many jobs run at once; more wait in their first status. Raises ValueError if not >= 1."""
    text = os.environ.get(CONCURRENT_JOBS, str(_DEFAULT_CONCURRENT_JOBS))
    if not text.isdecimal() or int(text) < 1:
        raise ValueError(f"{CONCURRENT_JOBS}={text!r} must be a whole number of at least 1")
    return int(text)
