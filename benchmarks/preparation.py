"""Preparation: against an expert's, and memory as the file grows."""

import tempfile
from pathlib import Path

import pandas as pd

from benchmarks.data import grow
from benchmarks.measure import Measured, python
from reviews.client.files.samples import installed_base_model

_COMPARED_ROWS = (200_000, 1_000_000)
_MAX_LENGTH = 128  # as the expert cuts
_MEMORY_ROWS = (20_000, 200_000, 2_000_000)


def compare(reviews: Path) -> None:
    """Prints what both take, start-up included, for the file as it is and grown."""
    print("| rows read | expert, s | MB | preprocess.py, s | MB | ratio of the times |")
    print("| --- | --- | --- | --- | --- | --- |")
    with tempfile.TemporaryDirectory() as folder:
        grown = [grow(reviews, Path(folder) / f"grown-{rows}.csv", rows) for rows in _COMPARED_ROWS]
        for source in (reviews, *grown):
            rows = len(pd.read_csv(source, usecols=["Rating"]))
            expert = python(
                "benchmarks/expert_preparation.py",
                source,
                Path(folder) / "expert",
                installed_base_model(),
            )
            ours = _prepare(source, Path(folder) / "ours")
            print(
                f"| {rows:,} | {expert.seconds:.1f} | {expert.peak_mb:,.0f} | {ours.seconds:.1f} | "
                f"{ours.peak_mb:,.0f} | {expert.seconds / ours.seconds:.1f} |",
                flush=True,
            )


def memory(reviews: Path) -> None:
    """Prints the peak memory of all processes by the number of rows."""
    print("| rows | file, MB | seconds | rows/s | peak memory, MB |")
    print("| --- | --- | --- | --- | --- |")
    for rows in _MEMORY_ROWS:
        with tempfile.TemporaryDirectory() as folder:
            source = grow(reviews, Path(folder) / "grown.csv", rows)
            ours = _prepare(source, Path(folder) / "ours")
            print(
                f"| {rows:,} | {source.stat().st_size / 1e6:.0f} | {ours.seconds:.1f} | "
                f"{rows / ours.seconds:,.0f} | {ours.peak_mb:.0f} |",
                flush=True,
            )


def _prepare(source: Path, target: Path) -> Measured:
    return python(
        "ml_code/preprocess.py",
        f"--input-data={source}",
        f"--base-model={installed_base_model()}",
        f"--output-data={target}",
        f"--message-file={target / 'message'}",
        f"--max-length={_MAX_LENGTH}",
        "--event-time=2026-01-31T12:00:00.000Z",
    )
