"""The templates of every variant, read by cfn-lint; cdk-nag looked on while they were made."""

import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path

from tests.judges.conftest import Variant


def test_cfn_lint_finds_nothing(variants: list[Variant]) -> None:
    # Many variants have a stack in common.
    files = {file.read_bytes(): file for variant in variants for file in variant.files.values()}
    assert lint(files.values()) == ""


def lint(files: Iterable[Path]) -> str:
    """What cfn-lint finds in these templates."""
    # W3005: CDK writes down dependencies that a reference implies already.
    command = [str(Path(sys.executable).with_name("cfn-lint")), "--ignore-checks", "W3005", "--"]
    done = subprocess.run([*command, *map(str, files)], capture_output=True, text=True, check=False)
    return done.stdout if done.returncode else ""
