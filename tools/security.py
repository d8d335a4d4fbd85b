"""Findings of third-party tools in templates, code and requirements; `make security` runs it.

They have an environment of their own: checkov needs other versions of what the app needs.
"""

import json
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from infra.settings import ENVIRONMENTS
from tools.assembly import PROJECT, synthesise

_PROGRAMS = PROJECT / "build" / "security" / "bin"
_CODE = ("app.py", "contract", "infra", "lambdas", "ml_code", "packages", "reviews", "tools")
_TEXTS = (*_CODE, "benchmarks", "docs", "notebooks", "tests", "README.md", "Makefile")
# Such as test and none, which stand for keys.
_PLAIN_WORD = r"^[a-z]{4,9}$"
_CACHES = r"(^|/)(\.mypy_cache|__pycache__)/"
_LONGEST_SECONDS = 600
Report = Any  # of JSON


class ToolFailed(RuntimeError):
    """A tool brought no report."""


@dataclass(frozen=True, kw_only=True)
class Tool:
    """A program that reports in JSON, and how its findings are read."""

    name: str
    arguments: tuple[str, ...]
    findings: Callable[[Report], Iterator[str]]
    note: Callable[[Report], str] = lambda _: ""

    def run(self) -> list[str]:
        """Runs the tool, prints its findings, and returns them."""
        report = _report(self.name, self.arguments)
        found = list(self.findings(report))
        note = self.note(report)
        print(f"{self.name}: {len(found)} findings{note and '; '}{note}", *found, sep="\n  ")
        return found


def _report(name: str, arguments: tuple[str, ...]) -> Report:
    done = subprocess.run(
        [str(_PROGRAMS / name), *arguments],
        cwd=PROJECT,
        capture_output=True,
        text=True,
        timeout=_LONGEST_SECONDS,
        check=False,
    )
    try:
        return json.loads(done.stdout)
    except ValueError as error:
        raise ToolFailed(f"{name} failed:\n{done.stdout}{done.stderr}") from error


def _checkov(report: Report) -> Iterator[str]:
    for one in report["results"]["failed_checks"]:
        yield f"{one['file_path']}: {one['resource']}: {one['check_id']} {one['check_name']}"


def _checks(report: Report) -> str:
    summary = report["summary"]
    return f"{summary['passed']} checks passed, {summary['skipped']} have a reason"


def _bandit(report: Report) -> Iterator[str]:
    for one in report["results"]:
        yield f"{one['filename']}:{one['line_number']}: {one['test_id']} {one['issue_text']}"


def _secrets(report: Report) -> Iterator[str]:
    for file, found in report["results"].items():
        yield from (f"{file}:{one['line_number']}: {one['type']}" for one in found)


def _vulnerabilities(report: Report) -> Iterator[str]:
    for one in report["dependencies"]:
        for found in one.get("vulns", []):
            fixed = ", ".join(found["fix_versions"]) or "no version"
            yield f"{one['name']} {one['version']}: {found['id']}, mended in {fixed}"


def _unaudited(report: Report) -> str:
    """A package index that is a mirror may have the packages without what is known of them."""
    packages = report["dependencies"]
    unknown = [one for one in packages if "skip_reason" in one]
    return (
        f"the index knows nothing of {len(unknown)} of {len(packages)} packages" if unknown else ""
    )


def _tools(templates: Path) -> Iterator[Tool]:
    yield Tool(
        name="checkov",
        arguments=("--config-file", ".checkov.yaml", "-d", str(templates), "-o", "json"),
        findings=_checkov,
        note=_checks,
    )
    yield Tool(
        name="bandit",
        arguments=("-q", "-c", "pyproject.toml", "-f", "json", "-r", *_CODE),
        findings=_bandit,
    )
    yield Tool(
        name="detect-secrets",
        arguments=(
            *("scan", "--all-files", "--exclude-files", _CACHES),
            *("--exclude-secrets", _PLAIN_WORD, *_TEXTS),
        ),
        findings=_secrets,
    )
    yield Tool(
        name="pip-audit",
        arguments=("-r", "requirements.lock", "--no-deps", "--disable-pip", "-f", "json"),
        findings=_vulnerabilities,
        note=_unaudited,
    )


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        for environment in ENVIRONMENTS:
            synthesise(environment, Path(folder, environment))
        found = [finding for tool in _tools(Path(folder)) for finding in tool.run()]
    sys.exit(1 if found else 0)


if __name__ == "__main__":
    main()
