"""docs/aws-truth.md: the claims about AWS on which this project depends, and their sources.

The claims are in tools/aws_truth.toml. What a claim names has to be there: the files that rely on
it, the tests, the documents, and the facts of botocore's models (tools/aws_model.py).
"""

import ast
import json
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from infra.images import IMAGES
from tools import aws_model
from tools.blocks import table

PROJECT = Path(__file__).resolve().parent.parent
CLAIMS = PROJECT / "tools" / "aws_truth.toml"
NOTHING = "**nothing yet**"
_ALWAYS = "`make test`"


class WrongClaim(ValueError):
    """A claim names something that does not exist."""


@dataclass(frozen=True, kw_only=True)
class Document:
    """A page of AWS, or a public thread, and when somebody has read it."""

    url: str
    read: date


@dataclass(frozen=True, kw_only=True)
class Test:
    """One of this project's tests in which a program of others judges: `program` says which."""

    program: str
    path: str
    function: str

    @classmethod
    def read(cls, text: str) -> "Test":
        """Parses a text such as `cfn-lint:
        tests/infra/test_stacks.py::test_cfn_lint_finds_nothing`."""
        program, _, place = text.partition(": ")
        path, _, function = place.partition("::")
        return cls(program=program, path=path, function=function)


@dataclass(frozen=True, kw_only=True)
class Claim:
    area: str
    says: str
    used_in: tuple[str, ...]
    model: tuple[str, ...] = ()  # facts of botocore's models
    tests: tuple[Test, ...] = ()
    documents: tuple[str, ...] = ()

    @property
    def is_checked(self) -> bool:
        return bool(self.model or self.tests or self.documents)


@dataclass(frozen=True, kw_only=True)
class Ledger:
    documents: dict[str, Document]
    claims: tuple[Claim, ...]

    def check(self) -> None:
        """Raises WrongClaim for the first name that leads nowhere, and for a fact that is none."""
        for claim in self.claims:
            for problem in self._problems(claim):
                raise WrongClaim(f"{claim.says}: {problem}")
        used = {key for claim in self.claims for key in claim.documents}
        if unused := self.documents.keys() - used:
            raise WrongClaim(f"documents that no claim names: {', '.join(sorted(unused))}")

    def _problems(self, claim: Claim) -> Iterator[str]:
        yield from (f"no file {path}" for path in claim.used_in if not (PROJECT / path).exists())
        yield from (f"no document {key}" for key in claim.documents if key not in self.documents)
        for test in claim.tests:
            if test.function not in _functions(test.path):
                yield f"no test {test.path}::{test.function}"
            version_of(test.program)
        yield from (f"botocore knows no such fact: {fact}" for fact in _false(claim.model))


def read(text: str | None = None) -> Ledger:
    found = tomllib.loads(CLAIMS.read_text(encoding="utf-8") if text is None else text)
    return Ledger(
        documents={key: Document(**values) for key, values in found.get("document", {}).items()},
        claims=tuple(
            _claim(area, values) for area, rows in found["claim"].items() for values in rows
        ),
    )


def render(ledger: Ledger) -> str:
    unchecked = [claim for claim in ledger.claims if not claim.is_checked]
    parts = [
        f"{len(ledger.claims)} claims; for {len(unchecked)} of them the answer is {NOTHING}:",
        "\n".join(f"- {claim.says} ({_files(claim)})" for claim in unchecked),
    ]
    for area in dict.fromkeys(claim.area for claim in ledger.claims):
        rows = [_row(ledger, claim) for claim in ledger.claims if claim.area == area]
        header = ["what is relied on", "where", "what checked it", "when"]
        parts += [f"## {area}", table(header, rows)]
    return "\n\n".join(parts)


def version_of(program: str) -> str:
    """The version of a Python package, a package of npm, or a rebuilt image. Raises WrongClaim."""
    for look in (_of_python, _of_npm, _of_image):
        if found := look(program):
            return found
    raise WrongClaim(f"no program {program} is installed")


def _claim(area: str, values: dict[str, Any]) -> Claim:
    values = {**values, "tests": [Test.read(text) for text in values.get("tests", [])]}
    lists = {key: tuple(value) for key, value in values.items() if isinstance(value, list)}
    return Claim(area=area, **{**values, **lists})


def _row(ledger: Ledger, claim: Claim) -> list[str]:
    checks, times = [], []
    if claim.model:
        checks.append(f"botocore {version_of('botocore')}, its model")
    for test in claim.tests:
        checks.append(f"{test.program} {version_of(test.program)} (`{test.function}`)")
    if checks:
        times.append(_ALWAYS)
    for key in claim.documents:
        document = ledger.documents[key]
        checks.append(f"[{key}]({document.url})")
        times.append(document.read.isoformat())
    return [
        claim.says,
        _files(claim),
        "; ".join(dict.fromkeys(checks)) or NOTHING,
        ", ".join(dict.fromkeys(times)),
    ]


def _files(claim: Claim) -> str:
    return ", ".join(f"`{path}`" for path in claim.used_in)


def _false(facts: tuple[str, ...]) -> Iterator[str]:
    for fact in facts:
        try:
            if not aws_model.holds(fact):
                yield fact
        except aws_model.UnknownFact as error:
            yield str(error)


@cache
def _functions(path: str) -> frozenset[str]:
    file = PROJECT / path
    if not file.is_file():
        return frozenset()
    nodes = ast.walk(ast.parse(file.read_text(encoding="utf-8")))
    return frozenset(node.name for node in nodes if isinstance(node, ast.FunctionDef))


def _of_python(program: str) -> str:
    try:
        return version(program)
    except PackageNotFoundError:
        return ""


def _of_npm(program: str) -> str:
    file = PROJECT / "node_modules" / program / "package.json"
    return str(json.loads(file.read_text())["version"]) if file.is_file() else ""


def _of_image(program: str) -> str:
    """The tag of the image whose versions the rebuilt one has."""
    tags = [image.tag for image in IMAGES if f"image {image.repository}" == program]
    return f"{tags[0]}, rebuilt" if tags else ""
