"""The model artefact of a training: what SageMaker packs into model.tar.gz."""

import shutil
from pathlib import Path
from typing import Any

import contract
from serving.temperature import write_temperature
from training.base_model import max_tokens

_ML_CODE = Path(__file__).resolve().parents[1]
# In a job contract is beside the others, in the repository it is not.
_SERVING_FOLDERS = (
    *(_ML_CODE / name for name in ("common", "reading", "serving")),
    Path(contract.__file__).parent,
)
_WITHOUT_CACHES = shutil.ignore_patterns("__pycache__")


def save_artefact(model: Any, tokenizer: Any, folder: Path, *, max_length: int) -> None:
    """Writes weights, config and tokenizer, and into code/ what AWS's serving images run.

    The endpoint cuts texts at `max_length` tokens, or at what the model takes, if that is less.
    """
    tokenizer.model_max_length = min(max_length, max_tokens(model.config, max_length))
    model.save_pretrained(folder)
    tokenizer.save_pretrained(folder)
    write_temperature(folder, 1.0)  # until one is fitted, with what serves (serving_export.py)
    code = folder / "code"
    for served in _SERVING_FOLDERS:
        shutil.copytree(served, code / served.name, ignore=_WITHOUT_CACHES, dirs_exist_ok=True)
    shutil.copy(_ML_CODE / "inference.py", code / "inference.py")
    shutil.copy(_ML_CODE / "requirements-inference.txt", code / "requirements.txt")
