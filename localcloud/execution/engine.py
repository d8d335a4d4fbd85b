"""What is alive in one embedded AWS: its job queue and its endpoints."""

import os
import threading
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from localcloud.cloud import Cloud
from localcloud.execution.jobs import JobQueue

if TYPE_CHECKING:
    from localcloud.execution.fleet import Fleet

CONCURRENT_JOBS = "LOCALCLOUD_CONCURRENT_JOBS"
_DEFAULT_CONCURRENT_JOBS = 4


@dataclass
class Engine:
    queue: JobQueue
    fleets: dict[str, "Fleet"] = field(default_factory=dict)  # in service, by endpoint name
    starting: list["Fleet"] = field(default_factory=list)
    stopping: threading.Event = field(default_factory=threading.Event)


_ENGINES: dict[Path, Engine] = {}
_ENGINES_LOCK = threading.Lock()


def engine(cloud: Cloud) -> Engine:
    """The engine of this embedded AWS, made on first use."""
    with _ENGINES_LOCK:
        if cloud.data_dir not in _ENGINES:
            _ENGINES[cloud.data_dir] = Engine(JobQueue(concurrent_jobs()))
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
