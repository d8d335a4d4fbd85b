"""What `reviews score` does on the user's machine: its speed, and its memory as the file grows."""

import tempfile
from pathlib import Path

from benchmarks.data import grow
from benchmarks.measure import python

_ROWS = (100_000, 1_000_000, 10_000_000)
_STAGES = ("read", "split", "answer", "join")
_SHOWN = ("read", "split", "join")  # "answer" is what SageMaker does


def memory(reviews: Path) -> None:
    """Prints rows/s of processor time and the peak memory by stage, by the number of rows."""
    print("| rows | file, MB | parts | read, rows/s | split, rows/s | join, rows/s | memory, MB |")
    print("| --- | --- | --- | --- | --- | --- | --- |")
    for rows in _ROWS:
        with tempfile.TemporaryDirectory() as folder:
            source = grow(reviews, Path(folder) / "grown.csv", rows)
            size = source.stat().st_size / 1e6
            done = python("-m", "benchmarks.scoring_client", source, folder)
            *stages, (parts, joined) = (line.split() for line in done.output.splitlines())
            if int(joined) != rows:
                raise RuntimeError(f"{joined} rows came back of {rows}")
            seconds = {name: float(line[0]) for name, line in zip(_STAGES, stages, strict=True)}
            speeds = " | ".join(f"{rows / seconds[name]:,.0f}" for name in _SHOWN)
            print(
                f"| {rows:,} | {size:,.0f} | {parts} | {speeds} | {done.peak_mb:.0f} |", flush=True
            )
