"""A limit on the memory of each instance of a job, enforced by looking at its processes.

Not by RLIMIT_AS or RLIMIT_DATA: both count what torch and its threads reserve and never touch, and
both count each process on its own, where an instance's memory is that of all of them. The price is
that a job may hold more than its limit until it is looked at again.
"""

import os

import psutil

from localcloud.core.processes import tree

JOB_MEMORY_MB = "LOCALCLOUD_JOB_MEMORY_MB"
KILLED = 128 + 9  # the exit code of a container that the kernel ended for its memory
_MIB = 2**20
# SageMaker's message, also for a training job.
_OUT_OF_MEMORY = (
    "ClientError: Please use an instance type with more memory, or reduce the size of job data "
    "processed on an instance."
)


def memory_limit() -> int | None:
    """Bytes for each instance, or None for no limit. Raises ValueError for a number below 1."""
    text = os.environ.get(JOB_MEMORY_MB, "")
    if not text:
        return None
    if not text.isdecimal() or int(text) < 1:
        raise ValueError(f"{JOB_MEMORY_MB}={text!r} must be a whole number of at least 1")
    return int(text) * _MIB


def out_of_memory(pid: int, limit: int) -> str | None:
    """Why the program must end: it and its descendants hold more than `limit` bytes."""
    members = tree(pid)
    # Each process's own sum counts shared pages again, so it is never too small, and it is cheap.
    if sum(resident(process) for process in members) <= limit:
        return None
    held = sum(_proportional(process) for process in members)
    if held <= limit:
        return None
    return f"{_OUT_OF_MEMORY} It held {held // _MIB} MB; {JOB_MEMORY_MB} is {limit // _MIB}"


def resident(process: psutil.Process) -> int:
    """Bytes that it holds; 0 if it has ended meanwhile."""
    try:
        return int(process.memory_info().rss)
    except psutil.Error:
        return 0


def _proportional(process: psutil.Process) -> int:
    """A page that several processes share is divided among them, as workers of one loader do."""
    try:
        memory = process.memory_full_info()
    except psutil.Error:
        return 0
    return int(getattr(memory, "pss", memory.uss))  # only Linux has pss
