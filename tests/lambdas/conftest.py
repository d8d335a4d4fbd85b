"""Loads a function as Lambda does: its folder beside shared/, with its environment variables."""

import importlib.util
import sys
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import pytest

from infra import quotas
from infra.settings import settings_for

LAMBDAS = Path(__file__).parents[2] / "lambdas"
VARIABLES = {
    "ENVIRONMENT": "dev",
    "NAME": "reviews-dev",
    "DATA_BUCKET": "data",
    "ARTEFACT_BUCKET": "artefacts",
    "FEATURE_GROUP": "reviews-dev",
    "GLUE_DATABASE": "reviews_dev",
    "GLUE_TABLE": "reviews_dev",
    "ATHENA_WORKGROUP": "reviews-dev",
    "MODEL_GROUP": "reviews-dev",
    "ENDPOINT_NAME": "reviews-dev",
    "TOPIC": "arn:aws:sns:us-east-1:123456789012:reviews-dev",
    "BASE_MODEL": "roberta-base",
    "MAX_REJECTED_SHARE": "0.1",
    "COLUMNS": '{"text": "Review Text", "rating": "Rating", "title": ""}',
    "LABELS": "bad=1..3/good=4,5",
    "TRAINING": '{"epochs": 3, "batch_size": 32, "accumulation_steps": 1, "learning_rate": 2e-05,'
    ' "star_spread": 0.7, "patience": 0, "max_length": 192, "seed": 42}',
    "QUOTAS": quotas.for_functions(*settings_for("dev")),
}


@pytest.fixture
def load(monkeypatch: pytest.MonkeyPatch) -> Callable[..., ModuleType]:
    """load("prepare") is prepare/handler.py; load("prepare", "account") another module."""
    for name, value in VARIABLES.items():
        monkeypatch.setenv(name, value)

    def loaded(function: str, module: str = "handler") -> ModuleType:
        folder = LAMBDAS / function
        monkeypatch.syspath_prepend(str(folder))
        spec = importlib.util.spec_from_file_location(
            f"{function}_{module}", folder / f"{module}.py"
        )
        assert spec is not None
        assert spec.loader is not None
        found = importlib.util.module_from_spec(spec)
        monkeypatch.setitem(sys.modules, spec.name, found)
        spec.loader.exec_module(found)
        return found

    return loaded
