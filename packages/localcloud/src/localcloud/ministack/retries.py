"""Retries of Step Functions' tasks: the intervals between attempts are those of AWS."""

import random
from collections.abc import Callable
from typing import Any

from localcloud.ministack.aborting import current_execution, is_stopped
from localcloud.ministack.modules import Ministack
from localcloud.ministack.patch import Patch, names

Values = dict[str, Any]
Find = Callable[[list[Values], str, dict[int, int]], Any]


def wait_for_the_retrier(ministack: Ministack, find: Find) -> Find:
    states = ministack.states

    def find_and_wait(retriers: list[Values], error: str, counts: dict[int, int]) -> Any:
        retrier, index = find(retriers, error, counts)
        if retrier is None or current_execution() is None:  # TestState asks without waiting
            return retrier, index
        states._scaled_sleep(delay(retrier, counts.get(index, 0)))
        return (None, -1) if is_stopped() else ({**retrier, "IntervalSeconds": 0}, index)

    return find_and_wait


def delay(retrier: Values, count: int) -> float:
    """Seconds before the retry after `count` others."""
    seconds: float = retrier.get("IntervalSeconds", 1) * retrier.get("BackoffRate", 2.0) ** count
    seconds = min(seconds, retrier.get("MaxDelaySeconds", seconds))
    return random.uniform(0, seconds) if retrier.get("JitterStrategy") == "FULL" else seconds


PATCHES = (
    Patch(
        target="services.stepfunctions:_find_matching_retrier",
        make=wait_for_the_retrier,
        why="retries wait as long as on AWS, with jitter, and not at all once stopped",
        upstream="Step Functions: retries wait a minute at most, without jitter, also when stopped",
        test="ministack/stepfunctions/test_retries.py::test_a_task_is_retried_after_the_longest_delay",
        uses=names("services.stepfunctions", "_scaled_sleep"),
    ),
)
