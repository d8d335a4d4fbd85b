"""Runs jobs in threads, some at a time; the others wait for their turn."""

import os
import threading

from localcloud.core.cloud import Cloud, GlobalService, Service
from localcloud.jobs.job import Job

CONCURRENT_JOBS = "LOCALCLOUD_CONCURRENT_JOBS"
_DEFAULT_CONCURRENT_JOBS = 4
_SHUTDOWN_SECONDS = 20  # for each job


class JobSlots(GlobalService):
    """How many jobs this machine runs at once, whatever their region."""

    def __init__(self, cloud: Cloud) -> None:
        super().__init__(cloud)
        self.semaphore = threading.BoundedSemaphore(concurrent_jobs())


class JobQueue(Service):
    """Processing, training and transform jobs share the slots."""

    def __init__(self, cloud: Cloud) -> None:
        super().__init__(cloud)
        self._slots = cloud.service(JobSlots).semaphore
        self._lock = threading.Lock()
        self._jobs: dict[tuple[str, str], tuple[Job, threading.Thread]] = {}

    def submit(self, job: Job) -> None:
        thread = threading.Thread(
            target=self._run, args=(job,), name=f"{job.kind}-{job.name}", daemon=True
        )
        with self._lock:
            self._jobs[job.kind, job.name] = (job, thread)
        thread.start()

    def get(self, kind: str, name: str) -> Job | None:
        """The job while it waits or runs; None once it has ended."""
        with self._lock:
            job, _ = self._jobs.get((kind, name), (None, None))
        return job

    def shutdown(self) -> None:
        with self._lock:
            running = list(self._jobs.values())
        for job, _ in running:
            job.abort.set()
        for _, thread in running:
            thread.join(timeout=_SHUTDOWN_SECONDS)

    def _run(self, job: Job) -> None:
        try:
            while not self._slots.acquire(timeout=0.5):
                if job.stop.is_set() or job.abort.is_set():
                    break  # `execute` sees it before it starts anything
            else:
                try:
                    job.run()
                finally:
                    self._slots.release()
                return
            job.run()
        finally:
            with self._lock:
                del self._jobs[job.kind, job.name]


def concurrent_jobs() -> int:
    """How many jobs run at once; more wait in their first status. Raises ValueError if not >= 1."""
    text = os.environ.get(CONCURRENT_JOBS, str(_DEFAULT_CONCURRENT_JOBS))
    if not text.isdecimal() or int(text) < 1:
        raise ValueError(f"{CONCURRENT_JOBS}={text!r} must be a whole number of at least 1")
    return int(text)
