"""The embedded AWS: what it adds to the programs that it runs, and its calls against moto's.

`MOTO_SERVER` is the path of `moto_server` (`pip install 'moto[server]'` in an environment of its
own); without it, the comparison is left out.
"""

import os
import statistics
import tempfile
import time
from pathlib import Path

from benchmarks import embedded_calls, embedded_programs
from localcloud.server import LocalCloud

_STARTS = 3


def measure(_reviews: Path) -> None:
    """Prints what starting, a job's first line and an invocation take, and the calls by ratio."""
    with tempfile.TemporaryDirectory() as folder:
        print("| the embedded AWS | found | wanted |")
        print("| --- | --- | --- |")
        ready = statistics.median(_start(Path(folder) / str(run)) for run in range(_STARTS))
        print(f"| ready after, s | {ready:.2f} | < 3 |", flush=True)
        data_dir = Path(folder) / "cloud"
        with LocalCloud(data_dir) as cloud:
            programs = embedded_programs.Programs(cloud)
            print(f"| a job's first line, over its toolkit, s | {programs.job():.2f} | < 1.5 |")
            plainly, with_boto3 = programs.invocation()
            print(f"| InvokeEndpoint, over its model, ms | {plainly:.2f} | < 3 |")
            print(f"| the same with boto3's own time, ms | {with_boto3:.2f} | |")
        moto = os.environ.get("MOTO_SERVER")
        if moto:
            embedded_calls.compare(data_dir, moto)


def _start(data_dir: Path) -> float:
    started = time.perf_counter()
    with LocalCloud(data_dir):
        return time.perf_counter() - started
