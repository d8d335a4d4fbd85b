"""One "machine" of a job: a folder, a log stream and a program whose processes have a mark."""

from dataclasses import dataclass
from pathlib import Path

from localcloud.core.cloud import Cloud
from localcloud.jobs.layout import Layout
from localcloud.jobs.logs import LogStream
from localcloud.jobs.process import Program


@dataclass
class Instance:
    """One "machine" of a job: its folder, name, log stream and, once started, its program."""

    index: int
    host: str
    layout: Layout
    folder: Path
    log: LogStream
    program: Program | None = None


def mark(cloud: Cloud, *names: str) -> str:
    """The mark of an instance's processes, unique among all servers of this machine."""
    return "|".join([str(cloud.data_dir.resolve()), *names, ""])
