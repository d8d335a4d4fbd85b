"""Many clients of an endpoint for minutes, what they got, and the memory of those that answer."""

import json
import random
import threading
import time
from collections import defaultdict
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from statistics import median, quantiles
from typing import Any

import psutil
from botocore.config import Config
from botocore.exceptions import ClientError

from tests.ml_code.tiny import make_reviews
from worlds.execution_world import World

CLIENTS, BAD_SHARE = 32, 0.05
_KIND = "application/jsonlines"
_SIZES = (1, 1, 1, 2, 5, 10, 50)
_TEXTS = [text for text, _ in make_reviews(100)]
_BAD: list[tuple[bytes, str, int]] = [
    (b"{", "application/json", 400),
    (b'{"features": []}', "application/jsonlines", 400),
    (b'{"features": ["\xff"]}', "application/jsonlines", 400),
    (b"a text", "text/plain", 415),
    (json.dumps({"features": ["a"] * 2001}).encode(), "application/json", 413),
]
_SAMPLE_SECONDS = 2
_LEAST_SAMPLES = 20


@dataclass
class Heard:
    """What clients got; an error is one that should not be."""

    seconds: list[float] = field(default_factory=list)  # of each answer
    refused: int = 0
    errors: list[str] = field(default_factory=list)

    @property
    def p99(self) -> float:
        return quantiles(self.seconds, n=100)[-1]


@dataclass
class Memory:
    """Bytes over time, of each process by its id."""

    samples: dict[int, list[int]] = field(default_factory=lambda: defaultdict(list))

    def grown(self) -> dict[int, int]:
        """How many more at the end than in the middle, of processes that were there for a while.

        Until the middle they fill their pools.
        """
        return {
            pid: _grown(seen) for pid, seen in self.samples.items() if len(seen) >= _LEAST_SAMPLES
        }


def _grown(seen: list[int]) -> int:
    tenth, middle = len(seen) // 10, len(seen) // 2
    return int(median(seen[-tenth:]) - median(seen[middle : middle + tenth]))


@contextmanager
def asked(world: World, endpoint: str, server: int) -> Iterator[tuple[Heard, Memory]]:
    """Clients ask the endpoint during the block, each request once."""
    heard, memory, over = Heard(), Memory(), threading.Event()
    once = Config(retries={"total_max_attempts": 1}, max_pool_connections=CLIENTS)
    runtime = world.client("sagemaker-runtime", config=once)

    def ask(number: int) -> None:
        chance = random.Random(number)
        while not over.is_set():
            is_bad = chance.random() < BAD_SHARE
            (_ask_badly if is_bad else _ask)(runtime, endpoint, chance, heard)

    with ThreadPoolExecutor(CLIENTS + 1) as pool:
        running = [pool.submit(ask, number) for number in range(CLIENTS)]
        running.append(pool.submit(_watch, server, memory, over))
        try:
            yield heard, memory
        finally:
            over.set()
        for one in running:
            one.result()


def _ask(runtime: Any, endpoint: str, chance: random.Random, heard: Heard) -> None:
    texts = chance.choices(_TEXTS, k=chance.choice(_SIZES))
    body = "\n".join(json.dumps({"features": [text]}) for text in texts)
    started = time.monotonic()
    try:
        answer = runtime.invoke_endpoint(
            EndpointName=endpoint, Body=body.encode(), ContentType=_KIND, Accept=_KIND
        )
        labels = [json.loads(line)["label"] for line in answer["Body"].read().splitlines()]
    except Exception as error:
        heard.errors.append(repr(error))
        return
    heard.seconds.append(time.monotonic() - started)
    if len(labels) != len(texts) or not set(labels) <= {"negative", "neutral", "positive"}:
        heard.errors.append(f"{len(texts)} texts were answered by {labels}")


def _ask_badly(runtime: Any, endpoint: str, chance: random.Random, heard: Heard) -> None:
    body, kind, status = chance.choice(_BAD)
    try:
        runtime.invoke_endpoint(EndpointName=endpoint, Body=body, ContentType=kind)
    except ClientError as error:
        if error.response.get("OriginalStatusCode") == status:
            heard.refused += 1
        else:
            heard.errors.append(f"{kind} {body[:20]!r}: {error}")
    except Exception as error:
        heard.errors.append(repr(error))
    else:
        heard.errors.append(f"{kind} {body[:20]!r} was answered")


def _watch(server: int, memory: Memory, over: threading.Event) -> None:
    """The server, and the models that it serves, which are its children."""
    while not over.wait(_SAMPLE_SECONDS):
        root = psutil.Process(server)
        for process in (root, *root.children(recursive=True)):
            try:
                memory.samples[process.pid].append(process.memory_info().rss)
            except psutil.NoSuchProcess:
                continue
