"""Shared by all tests: no test ever talks to a real AWS account."""

from collections.abc import Iterator

import pytest

from tests.fuzz.cases import tally
from tests.images import table


@pytest.fixture(autouse=True, scope="session")
def _no_real_aws() -> Iterator[None]:
    """Whatever credentials the developer has are out of reach of the tests."""
    patch = pytest.MonkeyPatch()
    for name in ("AWS_PROFILE", "AWS_SESSION_TOKEN", "AWS_ENDPOINT_URL"):
        patch.delenv(name, raising=False)
    for name, value in {
        "AWS_ACCESS_KEY_ID": "test",
        "AWS_SECRET_ACCESS_KEY": "test",
        "AWS_REGION": "us-east-1",
        "AWS_DEFAULT_REGION": "us-east-1",
        "AWS_EC2_METADATA_DISABLED": "true",
        "AWS_CONFIG_FILE": "/nonexistent",
        "AWS_SHARED_CREDENTIALS_FILE": "/nonexistent",
        "HF_HUB_OFFLINE": "1",
        "SAGEMAKER_SUPPRESS_V2_WARNING": "1",  # version 2 on purpose: 3 drops the classes used
        "TOKENIZERS_PARALLELISM": "false",
    }.items():
        patch.setenv(name, value)
    yield
    patch.undo()


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
