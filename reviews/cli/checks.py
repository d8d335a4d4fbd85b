"""The checks of `reviews doctor`: the programs of this machine, and then the environment."""

import re
import sys
from collections.abc import Iterator

from reviews.cli import processes
from reviews.client.aws.embedded import in_project
from reviews.client.checks.findings import Finding, judge
from reviews.client.environment import Environment

_PYTHON, _NODE = (3, 11, 5), 18  # of pyproject.toml, and of the CDK's own package.json


def examine(environment: Environment) -> Iterator[Finding]:
    """Yields the findings one after the other; the checks in AWS are made only if AWS answers."""
    yield from _installed()
    yield from environment.examine()


def _installed() -> Iterator[Finding]:
    version = ".".join(map(str, sys.version_info[:3]))
    needed = ".".join(map(str, _PYTHON))
    fix = in_project("make install PYTHON=python3.12")
    yield judge("Python", sys.version_info >= _PYTHON, version, needed=needed, fix=fix, blocks=True)
    fix, version = in_project("make install"), _version("node")
    number = re.match(r"v(\d+)", version)
    is_new = bool(number and int(number[1]) >= _NODE)
    yield judge("Node.js", is_new, version, needed=f"v{_NODE}", fix=fix, blocks=True)
    version = _version("cdk")
    yield judge("CDK command line", bool(version), version, fix=fix, blocks=True)


def _version(program: str) -> str:
    """What the program prints for --version; empty if it is not installed."""
    found = processes.find(program)
    return processes.read_output([found, "--version"]) if found else ""
