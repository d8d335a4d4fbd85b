"""The log of a job in CloudWatch Logs, and the metrics that the job prints there."""

import re
from collections import deque
from dataclasses import dataclass, field
from typing import Any

from botocore.exceptions import ClientError

# `train:loss=0.53`, `progress=0.42`, `stage=tokenise`; a number or one word.
_VALUE = re.compile(r"(?<!\S)([A-Za-z][\w:.-]*)=(\S+)")
_PROGRESS = re.compile(r"(?:^|:)progress$")
TAIL_LINES = 5


@dataclass
class LiveValues:
    """The newest value of each name=value that a job printed, and its progress from 0 to 1."""

    fraction: float | None = None
    values: dict[str, str] = field(default_factory=dict)

    def read_line(self, line: str) -> None:
        """Reads the values of one log line.

        Only lines that begin with name=value count, so that a traceback, a command line or a
        message of pip with a `=` is not mistaken for a metric.
        """
        pairs = _VALUE.findall(line)
        if not pairs or not line.lstrip().startswith(f"{pairs[0][0]}="):
            return
        for name, value in pairs:
            if _PROGRESS.search(name):
                self._read_progress(value)
            else:
                self.values.pop(name, None)  # the newest values come last
                self.values[name] = value

    def _read_progress(self, value: str) -> None:
        try:
            self.fraction = min(max(float(value), 0.0), 1.0)
        except ValueError:
            return


class Stream:
    """A log stream; each call of `read` continues after the last one."""

    def __init__(self, logs: Any, group: str, name: str) -> None:
        self._logs, self._group, self.name = logs, group, name
        self._token = ""

    def read(self) -> list[str]:
        """Returns the new lines."""
        lines: list[str] = []
        while True:
            more = {"nextToken": self._token} if self._token else {}
            page = self._logs.get_log_events(
                logGroupName=self._group, logStreamName=self.name, startFromHead=True, **more
            )
            lines += [event["message"].rstrip("\n") for event in page["events"]]
            token = page["nextForwardToken"]
            # At the end of the stream CloudWatch Logs returns the token that it was given.
            has_ended = token == self._token or not page["events"]
            self._token = token
            if has_ended:
                return lines


def find_streams(logs: Any, group: str, prefix: str) -> list[Stream]:
    """One stream for each instance of the job, sorted by name; empty while the job has no log. The
    prefix of a job is `JOB/`."""
    try:
        page = logs.describe_log_streams(logGroupName=group, logStreamNamePrefix=prefix)
    except ClientError as error:
        if error.response["Error"]["Code"] == "ResourceNotFoundException":
            return []  # SageMaker creates the log group with the account's first job
        raise
    return [Stream(logs, group, name) for name in sorted(_names(page))]


def _names(page: dict[str, Any]) -> list[str]:
    return [stream["logStreamName"] for stream in page["logStreams"]]


class JobLog:
    """The log of a job's first instance; each call of `read` continues after the last one.

    A spot instance that was taken back is followed by another, with a log stream of its own.
    """

    def __init__(self, logs: Any, group: str, job: str) -> None:
        self._logs, self._group, self._job = logs, group, job
        self._stream: Stream | None = None
        self.live = LiveValues()
        self.tail: deque[str] = deque(maxlen=TAIL_LINES)

    def read(self) -> list[str]:
        """Returns the new lines; none while the job has no log yet."""
        lines = self._stream.read() if self._stream else []
        while not lines and (stream := self._next_stream()):
            self._stream = stream
            lines = stream.read()
        for line in lines:
            self.live.read_line(line)
        self.tail.extend(line for line in lines if line.strip())
        return lines

    def _next_stream(self) -> Stream | None:
        """The first stream, or the one that follows it: `JOB/algo-1-TIME`, of a later time."""
        last = self._stream.name if self._stream else ""
        instance = last.rpartition("-")[0]
        found = find_streams(self._logs, self._group, f"{self._job}/")
        later = (one for one in found if one.name > last and one.name.startswith(instance))
        return next(later, None)
