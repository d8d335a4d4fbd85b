"""The Lambda functions: size of the package, time and memory of a cold import."""

import os
import re
import statistics
import subprocess
import sys
from pathlib import Path

from benchmarks.measure import ROOT
from infra import quotas
from infra.bundles import stage_function
from infra.settings import settings_for

_RUNS = 5
_PROGRAM = """
import re, sys, time
from pathlib import Path
sys.path.insert(0, ".")
started = time.perf_counter()
import handler
seconds = time.perf_counter() - started
# Not getrusage's, which counts what the process was before it became this program.
peak = re.search(r"VmHWM:\\s+(\\d+) kB", Path("/proc/self/status").read_text())[1]
print(seconds, peak)
"""


def measure(_reviews: Path) -> None:
    """Prints a line a function; boto3, which Lambda's runtime brings, is imported with it."""
    print("| function | package, kB | cold import, s | peak memory, MB |")
    print("| --- | --- | --- | --- |")
    names = [path.parent.name for path in sorted((ROOT / "lambdas").glob("*/handler.py"))]
    for name in names:
        folder = stage_function(name)
        runs = [_import(folder) for _ in range(_RUNS)]
        size = sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())
        seconds, peak = (statistics.median(values) for values in zip(*runs, strict=True))
        print(f"| {name} | {size / 1000:.0f} | {seconds:.2f} | {peak / 1024:.0f} |", flush=True)


def _import(folder: Path) -> tuple[float, float]:
    done = subprocess.run(
        [sys.executable, "-c", _PROGRAM],
        cwd=folder,
        env={**os.environ, **_variables(), "AWS_DEFAULT_REGION": "us-east-1"},
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    seconds, peak = done.stdout.split()
    return float(seconds), float(peak)


def _variables() -> dict[str, str]:
    """The variables of a function's environment, with values that can be read."""
    source = (ROOT / "lambdas" / "shared" / "environment.py").read_text()
    names = re.findall(r'get\("(\w+)"\)', source)
    return {
        **dict.fromkeys(names, "{}"),
        "MAX_REJECTED_SHARE": "0.1",
        "QUOTAS": quotas.for_functions(*settings_for("local")),
    }
