"""python -m benchmarks [NAME ...] [--reviews CSV] [--write]: prints Markdown tables.

Without a name it measures what `make bench` publishes, and writes it into docs/benchmarks.md; with
names only if `--write` is given.
"""

import argparse
import io
import platform
import sys
import tempfile
import time
from contextlib import redirect_stdout
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from benchmarks import (
    accuracy,
    embedded,
    feature_store,
    functions,
    ingestion,
    label_noise,
    preparation,
    scoring,
    serving,
    training,
)
from benchmarks.page import write_section
from benchmarks.quiet import require_quiet_machine
from reviews.client.files.samples import installable_reviews

PUBLISHED = {
    "preparation": preparation.compare,
    "memory": preparation.memory,
    "training": training.compare,
    "serving": serving.compare,
    "ingestion": ingestion.compare,
    "functions": functions.measure,
    "accuracy": accuracy.measure,
    "label-noise": label_noise.measure,
}
BENCHMARKS = PUBLISHED | {
    "embedded": embedded.measure,
    "feature-store": feature_store.measure,
    "scoring": scoring.memory,
    "larger-encoder": accuracy.measure_larger,  # some two hours
}
# What docs/benchmarks.md has a place for; the last takes too long for `make bench`.
PLACES = {*PUBLISHED, "larger-encoder"}
# Scores, and seconds of the processor, do not depend on what else the machine does.
_OF_NO_TIME = {"accuracy", "larger-encoder", "label-noise", "scoring"}


def main() -> None:
    parser = argparse.ArgumentParser(description="Measures this project against its peers.")
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"of {', '.join(BENCHMARKS)}")
    parser.add_argument("--reviews", type=Path, help="a CSV; without: the sample of make demo")
    parser.add_argument("--write", action="store_true", help="the tables into docs/benchmarks.md")
    settings = parser.parse_args()
    unknown = set(settings.names) - set(BENCHMARKS)
    if unknown:
        parser.error(
            f"{', '.join(sorted(unknown))}: no benchmark; there are {', '.join(BENCHMARKS)}"
        )
    with tempfile.TemporaryDirectory() as folder:
        reviews = settings.reviews or installable_reviews(Path(folder) / "sample.csv")
        for name in settings.names or PUBLISHED:
            print(f"\n## {name}\n", flush=True)
            table = _measured(name, reviews)
            if name in PLACES and (settings.write or not settings.names):
                write_section(name, table)


def _measured(name: str, reviews: Path) -> str:
    """The table of a benchmark, which is printed, too. SystemExit where the machine is busy."""
    checked = name not in _OF_NO_TIME
    if checked:
        require_quiet_machine()
    started = time.perf_counter()
    with redirect_stdout(_Copy(sys.stdout)) as copy:
        BENCHMARKS[name](reviews)
    minutes = (time.perf_counter() - started) / 60
    if checked:
        require_quiet_machine()  # what began meanwhile shows at the end
    today = datetime.now(UTC)
    note = (
        f"{today.day} {today:%B %Y}, {_processor()}, {minutes:.0f} min, "
        f"`python -m benchmarks {name} --reviews {reviews.name}`"
    )
    print(f"\n{note}", flush=True)
    return f"{copy.getvalue().strip()}\n\n{note}"


class _Copy(io.StringIO):
    """Keeps what is written to a stream."""

    def __init__(self, stream: Any) -> None:
        super().__init__()
        self._stream = stream

    def write(self, text: str) -> int:
        self._stream.write(text)
        return super().write(text)

    def flush(self) -> None:
        self._stream.flush()


def _processor() -> str:
    """Such as "AMD EPYC with 2 cores"; the architecture where there is no /proc."""
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        return platform.machine()
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return f"{names[0]} with {len(names)} cores" if names else platform.machine()


if __name__ == "__main__":
    main()
