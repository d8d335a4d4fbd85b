"""Trees of processes: what a process has started, and how it is ended."""

import contextlib

import psutil

_KILL_SECONDS = 5


def tree(pid: int) -> list[psutil.Process]:
    """A process and its descendants; none if it has ended."""
    try:
        process = psutil.Process(pid)
        return [process, *process.children(recursive=True)]
    except psutil.Error:
        return []


def end_children(process: psutil.Process) -> None:
    """Ends all descendants of a process: Lambda's warm workers would outlive the server."""
    children = process.children(recursive=True)
    for child in children:
        child.terminate()
    _, alive = psutil.wait_procs(children, timeout=_KILL_SECONDS)
    kill(alive)


def kill(processes: list[psutil.Process]) -> None:
    """Kills processes and waits until they have ended, for at most five seconds."""
    for process in processes:
        with contextlib.suppress(psutil.NoSuchProcess):
            process.kill()
    psutil.wait_procs(processes, timeout=_KILL_SECONDS)
