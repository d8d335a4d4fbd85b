"""Fixtures of tiny reviews and models, and of a preparation of the reviews."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

import preprocess
from common.script import run
from tests.ml_code.tiny import EVENT_TIME
from tests.ml_code.tiny_models import base_model, session_features, small_roberta, trained

__all__ = ["base_model", "session_features", "small_roberta", "trained"]


@pytest.fixture
def prepare(base_model: Path, tmp_path: Path) -> Callable[..., Path]:
    """Runs preprocess on a file or folder and returns the output folder."""

    def prepared(source: Path, *extra: str, output: str = "output", host: int = 0, hosts: int = 1):
        names = [f"algo-{n + 1}" for n in range(hosts)]
        config = tmp_path / f"{output}-{host}.json"
        config.write_text(json.dumps({"current_host": names[host], "hosts": names}))
        arguments = [
            f"--input-data={source}",
            f"--base-model={base_model}",
            f"--output-data={tmp_path / output}",
            f"--resource-config={config}",
            f"--message-file={tmp_path / 'message'}",
            f"--event-time={EVENT_TIME}",
            "--max-length=32",
            *extra,
        ]
        assert run(preprocess.main, arguments) == 0, (tmp_path / "message").read_text()
        return tmp_path / output

    return prepared
