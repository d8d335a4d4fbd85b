"""Serving: our endpoint against an expert's (expert_serving.py), behind the same servers.

Every endpoint is measured once in each round, so that a change of the machine's speed meets all of
them; medians of the rounds are compared.
"""

import os
import statistics
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from benchmarks.served_model import MODELS, artefact, server
from benchmarks.serving_load import Load, requests_of

_CLIENTS = 16
_SECONDS = 8.0
_ALONE = 200  # requests of the single client
_ROUNDS = 3
_TEXTS = 2000


@dataclass(frozen=True, kw_only=True)
class Endpoint:
    """A server with one model. `program` is the embedded AWS's of the image's contract."""

    model: str  # one of MODELS
    program: str  # toolkit, gunicorn_application
    workers: int


@dataclass(frozen=True, kw_only=True)
class Served:
    """One round: p50 of 1 client, requests/s of 16, and the server's CPU time for one of these."""

    p50_ms: float
    per_second: float
    cpu_ms: float


def _endpoints() -> list[Endpoint]:
    return [
        Endpoint(model=model, program=program, workers=workers)
        for program in ("toolkit", "gunicorn_application")
        for workers in (1, os.cpu_count() or 1)
        for model in MODELS
    ]


def compare(reviews: Path) -> dict[Endpoint, list[Served]]:
    """Prints a table, one review a request; returns the rounds of each endpoint."""
    texts = pd.read_csv(reviews)["Review Text"].dropna()
    requests = requests_of(texts.sample(min(len(texts), _TEXTS), random_state=1).tolist())
    found: dict[Endpoint, list[Served]] = {endpoint: [] for endpoint in _endpoints()}
    with tempfile.TemporaryDirectory() as folder:
        models = {name: artefact(Path(folder) / name, name) for name in MODELS}
        for _ in range(_ROUNDS):
            for endpoint, rounds in found.items():
                rounds.append(_measure(models[endpoint.model], endpoint, requests))
    print("\n".join(table(found)), flush=True)
    return found


def _measure(model: Path, endpoint: Endpoint, requests: Sequence[bytes]) -> Served:
    with server(model, endpoint.program, endpoint.workers) as running:
        load = Load(running.port, requests)
        load.run(clients=_CLIENTS, requests=10)  # warms up
        alone = load.run(clients=1, requests=_ALONE)
        before, started = running.cpu_seconds(), time.perf_counter()
        many = load.run(clients=_CLIENTS, seconds=_SECONDS)
        seconds, cpu = time.perf_counter() - started, running.cpu_seconds() - before
    return Served(
        p50_ms=1000 * statistics.median(alone),
        per_second=len(many) / seconds,
        cpu_ms=1000 * cpu / len(many),
    )


def table(found: dict[Endpoint, list[Served]]) -> list[str]:
    """Lines of Markdown: medians of the rounds with their range, and ratios to the expert's."""
    lines = [
        "| server, workers | endpoint | p50 of 1 client, ms | requests/s of 16 clients | "
        "CPU ms a request |",
        "| --- | --- | --- | --- | --- |",
    ]
    experts: dict[tuple[str, int], Served] = {}
    for endpoint, rounds in found.items():
        where = endpoint.program.partition("_")[0], endpoint.workers
        middle = _medians(rounds)
        expert = experts.setdefault(where, middle)
        cells = [
            _cell([one.p50_ms for one in rounds], expert.p50_ms / middle.p50_ms),
            _cell([one.per_second for one in rounds], middle.per_second / expert.per_second),
            _cell([one.cpu_ms for one in rounds], expert.cpu_ms / middle.cpu_ms),
        ]
        lines.append(f"| {where[0]}, {where[1]} | {endpoint.model} | {' | '.join(cells)} |")
    return lines


def _medians(rounds: Sequence[Served]) -> Served:
    return Served(
        p50_ms=statistics.median(one.p50_ms for one in rounds),
        per_second=statistics.median(one.per_second for one in rounds),
        cpu_ms=statistics.median(one.cpu_ms for one in rounds),
    )


def _cell(values: Sequence[float], ratio: float) -> str:
    """The median, its range, and how many times as good as the expert's."""
    low, middle, high = min(values), statistics.median(values), max(values)
    return f"{middle:.1f} ({low:.1f} to {high:.1f}), {ratio:.2f}"
