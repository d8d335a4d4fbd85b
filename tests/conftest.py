"""Shared by all tests."""

import os
import signal

import psutil
import pytest

from tests.fuzz.cases import tally
from tests.images import table
from tests.longest import LONGEST, ROOT
from worlds.no_real_aws import no_real_aws

__all__ = ["no_real_aws"]

# A shell starts what is in its background with SIGINT ignored, and so would be what tests start.
signal.signal(signal.SIGINT, signal.default_int_handler)

_WORKER_BYTES = 2 << 30  # measured: 0.8 GB, Node.js with the CDK 0.5 GB, a training 0.5 GB


def pytest_xdist_auto_num_workers() -> int:
    """`-n auto`: one more than there are processors, since tests wait for jobs and servers, but
    no more than there is memory for. The Makefile sets the most."""
    most = psutil.virtual_memory().total // _WORKER_BYTES
    return max(1, min((os.cpu_count() or 1) + 1, most))


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The files that take longest come first, so that none of them is left to one worker alone."""
    order = {ROOT / file: at for at, file in enumerate(LONGEST)}
    items.sort(key=lambda item: order.get(item.path, len(order)))


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """How many inputs were made up, by area; and which images were rebuilt, with what result."""
    every = [one for found in terminalreporter.stats.values() for one in found]
    reports = [one for one in every if isinstance(one, pytest.TestReport)]
    tried = tally(reports)
    if tried:
        terminalreporter.section("made-up inputs")
        for area, count in {**tried, "together": sum(tried.values())}.items():
            terminalreporter.write_line(f"{count:>8,} {area}")
    images = table.rows(reports)
    if images:
        terminalreporter.section("images rebuilt without Docker")
        for line in table.lines(images):
            terminalreporter.write_line(line)
