"""Runs train.py, in this process and in others, and reads what it printed."""

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import torch
from safetensors.torch import load_file

import train

ML_CODE = Path(train.__file__).parent
METRIC = r"([0-9.eE+-]+)"


def command(base_model: Path, features: Path, target: Path, *extra: str) -> list[str]:
    return [
        f"--base-model={base_model}",
        f"--train-data={features / 'train'}",
        f"--validation-data={features / 'validation'}",
        f"--model-dir={target}",
        "--learning-rate=0.003",
        "--max-length=32",
        "--precision=fp32",
        "--star-spread=0",
        *extra,
    ]


def started(
    arguments: list[str], launcher: Sequence[str] = (), **environment: str
) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, *launcher, str(ML_CODE / "train.py"), *arguments],
        env={
            **os.environ,
            "PYTHONPATH": str(ML_CODE.parent),
            "OMP_NUM_THREADS": "1",
            "PYTHONUNBUFFERED": "1",
            **environment,
        },
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


def with_dropout(base_model: Path, target: Path) -> Path:
    """A copy of the base model that drops a tenth: what is drawn has to be the same again."""
    shutil.copytree(base_model, target)
    config = json.loads((target / "config.json").read_text())
    config |= {"hidden_dropout_prob": 0.1, "attention_probs_dropout_prob": 0.1}
    (target / "config.json").write_text(json.dumps(config))
    return target


def assert_same_weights(one: Path, other: Path, *, atol: float, rtol: float) -> None:
    weights = load_file(other / "model.safetensors")
    for name, value in load_file(one / "model.safetensors").items():
        torch.testing.assert_close(weights[name], value, atol=atol, rtol=rtol)


def losses(output: str) -> list[float]:
    return [float(value) for value in re.findall(f"train:loss={METRIC}", output)]
