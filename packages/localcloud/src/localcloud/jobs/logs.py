"""Job output in CloudWatch Logs, line by line while the job runs.

Not emulated: stderr and stdout are one stream (as in SageMaker); lines over 256 KB are cut.
"""

import contextlib
import logging
import threading
import time
from typing import Any

_LOGGER = logging.getLogger(__name__)
_FLUSH_SECONDS = 0.5
_BATCH = 1000  # PutLogEvents allows 10,000 events and 1 MiB
_LONGEST_LINE = 256_000 // 4  # characters; an event holds at most 256 KB of UTF-8


class LogStream:
    """A stream of one instance. `write` never blocks on the network; `close` delivers the rest."""

    def __init__(self, logs: Any, group: str, stream: str) -> None:
        """`logs` is a client of the role that writes."""
        self._logs, self.group, self.stream = logs, group, stream
        self._lock = threading.Lock()
        self._lines: list[dict[str, Any]] = []
        self._closed = threading.Event()
        self._created = False
        self._thread = threading.Thread(target=self._deliver, name=f"logs-{stream}", daemon=True)
        self._thread.start()

    def write(self, line: str) -> None:
        if not line:  # CloudWatch refuses empty messages
            return
        event = {"timestamp": int(time.time() * 1000), "message": line[:_LONGEST_LINE]}
        with self._lock:
            self._lines.append(event)

    def close(self) -> None:
        self._closed.set()
        self._thread.join()

    def _deliver(self) -> None:
        while not self._closed.wait(_FLUSH_SECONDS):
            self._flush()
        self._flush()

    def _flush(self) -> None:
        with self._lock:
            lines, self._lines = self._lines, []
        for start in range(0, len(lines), _BATCH):
            try:
                self._put(lines[start : start + _BATCH])
            except Exception:  # a log that cannot be delivered must not end the job
                _LOGGER.exception("cannot write to log stream %s of %s", self.stream, self.group)

    def _put(self, events: list[dict[str, Any]]) -> None:
        if not self._created:
            self._create()
        self._logs.put_log_events(
            logGroupName=self.group, logStreamName=self.stream, logEvents=events
        )

    def _create(self) -> None:
        already = self._logs.exceptions.ResourceAlreadyExistsException
        with contextlib.suppress(already):
            try:
                self._create_stream()
            except self._logs.exceptions.ResourceNotFoundException:
                with contextlib.suppress(already):
                    self._logs.create_log_group(logGroupName=self.group)
                self._create_stream()
        self._created = True

    def _create_stream(self) -> None:
        self._logs.create_log_stream(logGroupName=self.group, logStreamName=self.stream)
