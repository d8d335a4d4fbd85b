"""Runs a function over many tasks on all cores, in order, with few tasks in memory at a time."""

import os
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from itertools import chain, islice
from multiprocessing import get_context
from typing import TypeVar

from reading.errors import UserError

Task = TypeVar("Task")
Result = TypeVar("Result")


class WorkerPool:
    """`count` processes, started when there is a second task; used as a context manager."""

    def __init__(self, count: int) -> None:
        self._count = count
        self._pool: ProcessPoolExecutor | None = None

    def __enter__(self) -> "WorkerPool":
        return self

    def __exit__(self, *_: object) -> None:
        if self._pool is not None:
            self._pool.shutdown(cancel_futures=True)

    def map(self, function: Callable[[Task], Result], tasks: Iterable[Task]) -> Iterator[Result]:
        """The results in the order of the tasks; the first failure is raised.

        Raises UserError when a process was killed, as it is when the memory is used up.
        """
        remaining = iter(tasks)
        first = list(islice(remaining, 2))
        if self._count == 1 or len(first) < 2:
            yield from map(function, chain(first, remaining))
            return
        if self._pool is None:
            # spawn, since a fork would copy the locks of libraries that run threads.
            self._pool = ProcessPoolExecutor(
                self._count, mp_context=get_context("spawn"), initializer=_use_one_core
            )
        try:
            yield from self._submitted(self._pool, function, chain(first, remaining))
        except BrokenProcessPool as error:
            raise UserError(
                f"one of {self._count} worker processes was killed, most likely for lack of "
                "memory: take an instance type with more, or fewer --workers"
            ) from error

    def _submitted(
        self, pool: ProcessPoolExecutor, function: Callable[[Task], Result], tasks: Iterable[Task]
    ) -> Iterator[Result]:
        waiting: deque[Future[Result]] = deque()
        for task in tasks:
            waiting.append(pool.submit(function, task))
            if len(waiting) > 2 * self._count:
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()


def _use_one_core() -> None:
    """Keeps each process's tokenizer from starting threads of its own."""
    os.environ["RAYON_NUM_THREADS"] = "1"
