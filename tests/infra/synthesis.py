"""Synthesises the templates of an environment for a test."""

import json
import os
from pathlib import Path

import pytest
from aws_cdk import App, Validations
from cdk_nag import AwsSolutionsChecks

from infra.settings import Settings
from infra.stage import ReviewsStage

_CONTEXT = Path(__file__).parents[2] / "cdk.json"


def synthesise(folder: Path, settings: Settings) -> Path:
    """The assembly of an environment with these settings, below `folder`; cdk-nag looks on."""
    context = json.loads(_CONTEXT.read_text())["context"]
    app = App(context=context, outdir=str(folder))
    # Each finding that is not acknowledged with a reason makes the synthesis fail.
    Validations.of(app).add_plugins(AwsSolutionsChecks(app))
    ReviewsStage(app, settings=settings)
    app.synth()
    return folder / f"assembly-{settings.name}"


def templates(assembly: Path) -> dict[str, Path]:
    """The file of each stack, by the stack's name."""
    artifacts = json.loads((assembly / "manifest.json").read_text())["artifacts"]
    return {
        found["properties"].get("stackName", id_): assembly / found["properties"]["templateFile"]
        for id_, found in artifacts.items()
        if found["type"] == "aws:cloudformation:stack"
    }


def folder_of_the_run(factory: pytest.TempPathFactory) -> Path:
    """The temporary folder that all workers have in common."""
    folder = factory.getbasetemp()
    return folder.parent if "PYTEST_XDIST_WORKER" in os.environ else folder
