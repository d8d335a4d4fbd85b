"""Made-up inputs: how many, how long each may take, and what is counted of them.

A property is tried on a few inputs by `make test`, on many by `make test-all`. Both walk the same
way each time; `--hypothesis-seed=random` walks another.
"""

import gc
import signal
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from functools import wraps
from inspect import Parameter, signature
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis.strategies import SearchStrategy

MANY: dict[tuple[str, str], int] = {}  # by area and property
PROPERTY = "made-up inputs"  # of a test's report
_PROCESSOR_SECONDS = 20  # for one input; most take a millisecond
_PLAIN = {"deadline": None, "database": None, "suppress_health_check": list(HealthCheck)}
_LONG = (pytest.mark.slow, pytest.mark.timeout(1800))
Check = Callable[..., None]


class HangError(Exception):
    """One input keeps the processor busy without end."""


def fuzz(
    area: str,
    *,
    few: int,
    many: int,
    **made: SearchStrategy[Any],
) -> Callable[[Check], Check]:
    """Makes a test of a function that raises for an input which is dealt with wrongly.

    `made` are its arguments that are made up, the others are fixtures.
    """

    def decorate(check: Check) -> Check:
        MANY[area, check.__name__] = many

        @pytest.mark.parametrize("cases", [few, pytest.param(many, marks=_LONG)])
        @wraps(check)
        def test(request: pytest.FixtureRequest, cases: int, **fixtures: Any) -> None:
            tried = 0

            def once(**inputs: Any) -> None:
                nonlocal tried
                tried += 1
                with _watched():
                    check(**fixtures, **inputs)

            gc.freeze()  # what was imported need not be looked through for each input
            is_free = request.config.getoption("--hypothesis-seed") is not None
            property_ = given(**made)(once)
            settings(max_examples=cases, derandomize=not is_free, **_PLAIN)(property_)()
            assert tried >= cases
            request.node.user_properties.append((PROPERTY, (area, tried)))

        own = [one for one in signature(check).parameters.values() if one.name not in made]
        common = [Parameter(name, Parameter.KEYWORD_ONLY) for name in ("request", "cases")]
        # pytest asks for fixtures by it.
        test.__signature__ = signature(check).replace(parameters=[*own, *common])
        return test

    return decorate


@contextmanager
def _watched() -> Iterator[None]:
    """By the time of this process, not of the clock: pytest-timeout has that one."""
    before = signal.signal(signal.SIGVTALRM, _give_up)
    signal.setitimer(signal.ITIMER_VIRTUAL, _PROCESSOR_SECONDS)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)
        signal.signal(signal.SIGVTALRM, before)


def _give_up(*_: object) -> None:
    raise HangError(f"more than {_PROCESSOR_SECONDS} s for one input")


def tally(reports: Iterable[pytest.TestReport]) -> Mapping[str, int]:
    """How many inputs were tried of each area, by the reports of its tests."""
    found: dict[str, int] = {}
    for report in reports:
        for name, value in report.user_properties if report.when == "call" else ():
            if name == PROPERTY:
                area, tried = value
                found[area] = found.get(area, 0) + tried
    return dict(sorted(found.items()))
