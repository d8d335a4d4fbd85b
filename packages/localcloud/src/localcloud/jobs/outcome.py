"""How a job ends: the ending of its programs, and the errors that end it."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from localcloud.core.s3 import TransferError


class JobError(Exception):
    """Ends the job as Failed; the text is its FailureReason."""


class ServerStopped(Exception):
    """The embedded AWS shuts down; running jobs end at once."""


@dataclass(frozen=True)
class Ending:
    """How the programs of a job ended. `instance` is the one that failed, counted from 0.

    `reason` is empty unless the platform, and not the program itself, made it fail.
    """

    outcome: str  # Completed | Failed | Stopped | TimedOut | Interrupted
    exit_code: int = 0
    instance: int = 0
    reason: str = ""


def data_error(action: str, error: TransferError) -> JobError:
    """The error of a job whose data could not be moved. action: download, upload or transfer."""
    return JobError(f"ClientError: Data {action} failed: {error}")


@contextmanager
def data_transfer(action: str) -> Iterator[None]:
    """Surrounds a download or an upload of a job's data, whose TransferError ends the job."""
    try:
        yield
    except TransferError as error:
        raise data_error(action, error) from error
