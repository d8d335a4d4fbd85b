"""Runs jobs in threads, at most `limit` at a time; the others wait for their turn."""

import threading

from localcloud.jobs.jobs import Job


class JobQueue:
    def __init__(self, limit: int) -> None:
        self._slots = threading.BoundedSemaphore(limit)
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
        with self._lock:
            job, _ = self._jobs.get((kind, name), (None, None))
        return job

    def shutdown(self) -> None:
        with self._lock:
            running = list(self._jobs.values())
        for job, _ in running:
            job.abort.set()
        for _, thread in running:
            thread.join(timeout=20)

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
