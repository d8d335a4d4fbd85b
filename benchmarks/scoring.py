"""What `reviews score` does on the user's machine: its speed, and its memory as the file grows."""

import tempfile
from pathlib import Path

from benchmarks.data import grow
from benchmarks.measure import python

_ROWS = (20_000, 200_000, 1_000_000)


def memory(reviews: Path) -> None:
    """Prints rows/s of processor time by stage, and the peak memory, by the number of rows."""
    print("| rows | file, MB | read, rows/s | split, rows/s | join, rows/s | peak memory, MB |")
    print("| --- | --- | --- | --- | --- | --- |")
    for rows in _ROWS:
        with tempfile.TemporaryDirectory() as folder:
            source = grow(reviews, Path(folder) / "grown.csv", rows)
            done = python("-m", "benchmarks.scoring_client", source, Path(folder) / "scored.csv")
            speeds = " | ".join(f"{rows / float(word):,.0f}" for word in done.output.split())
            size = source.stat().st_size / 1e6
            print(f"| {rows:,} | {size:.0f} | {speeds} | {done.peak_mb:.0f} |", flush=True)
