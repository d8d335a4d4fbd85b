"""Writes the generated parts of the documentation; `make docs` runs it."""

import tempfile
from collections.abc import Callable
from pathlib import Path

from tools import (
    assembly,
    aws_truth,
    blocks,
    hyperparameters_table,
    images_table,
    instance_quotas,
    key_statements,
    localcloud_operations,
    ministack_patches,
    settings_reference,
)
from tools import stacks_diagram as stacks
from tools import state_machine_diagram as machine
from tools.assembly import PROJECT, Stack

DRAWN = "prod"  # which has every state


def settings_page(page: str) -> str:
    return blocks.replace(page, "settings", settings_reference.render())


def checklist_page(page: str) -> str:
    page = blocks.replace(page, "images", images_table.render())
    return blocks.replace(page, "quotas", instance_quotas.render())


def organisation_page(page: str) -> str:
    return blocks.replace(page, "key policy", key_statements.render())


def machine_learning_page(page: str) -> str:
    return blocks.replace(page, "hyperparameters", hyperparameters_table.render())


def localcloud_page(page: str) -> str:
    """Raises UntestedOperation."""
    page = blocks.replace(page, "operations", localcloud_operations.render())
    return blocks.replace(page, "patches", ministack_patches.render())


def truth_page(page: str) -> str:
    """Raises WrongClaim."""
    ledger = aws_truth.read()
    ledger.check()
    return blocks.replace(page, "claims", aws_truth.render(ledger))


def architecture_page(page: str, drawn: list[Stack]) -> str:
    page = blocks.replace(page, "stacks", blocks.mermaid(stacks.draw(drawn)))
    states = machine.draw(assembly.state_machine(drawn))
    return blocks.replace(page, "state machine", blocks.mermaid(states))


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        drawn = assembly.read(assembly.synthesise(DRAWN, Path(folder)))
    _rewrite("settings.md", settings_page)
    _rewrite("aws-checklist.md", checklist_page)
    _rewrite("aws-truth.md", truth_page)
    _rewrite("localcloud.md", localcloud_page)
    _rewrite("organisation.md", organisation_page)
    _rewrite("machine-learning.md", machine_learning_page)
    _rewrite("architecture.md", lambda page: architecture_page(page, drawn))


def _rewrite(name: str, make: Callable[[str], str]) -> None:
    path = PROJECT / "docs" / name
    path.write_text(make(path.read_text(encoding="utf-8")), encoding="utf-8")


if __name__ == "__main__":
    main()
