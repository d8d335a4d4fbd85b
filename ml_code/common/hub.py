"""Base models of the Hugging Face hub as folders, so that only this module asks the hub.

A fault of the network is repeated, and is never taken for a file that the model does not have: what
it has is asked first, and each of its files must come. (huggingface_hub's LocalEntryNotFoundError,
which means "not reached and not in the cache", is a kind of EntryNotFoundError.)
"""

import time
from collections.abc import Callable, Sequence
from pathlib import Path, PurePosixPath
from typing import TypeVar

from reading.errors import UserError

_WAITS = (1, 2, 4, 8)  # seconds between the attempts
POOLING_FILE = "1_Pooling/config.json"  # of sentence-transformers
_TEXTS = {".json", ".txt", ".model"}  # configuration and tokenizer
_CLIENT_ERRORS = range(400, 500)
_TRANSIENT = (408, 429)  # of these: a timeout, and too many requests
Answer = TypeVar("Answer")


def fetch(base_model: str, *, only: Sequence[str] = ()) -> Path:
    """The folder with the model's files, or with `only` some of them, of a hub name.

    A folder is returned as it is. Raises UserError that names the model when it does not exist, may
    not be read or cannot be reached.
    """
    folder = Path(base_model)
    if folder.is_dir():
        return folder
    if folder.is_absolute():
        raise UserError(f"base model {base_model}: there is no such folder")
    try:
        return _download(base_model, only)
    except UserError:
        raise
    except Exception as error:  # the hub client's errors have no common kind
        raise UserError(
            f"base model {base_model!r} cannot be had from the model hub; give a model name of the "
            f"Hugging Face hub, a folder or an s3:// prefix ({_short(error)})"
        ) from error


def _download(name: str, only: Sequence[str]) -> Path:
    from huggingface_hub import HfApi, constants, hf_hub_download, snapshot_download

    if constants.HF_HUB_OFFLINE:
        return Path(snapshot_download(name, local_files_only=True))
    model = _repeated(lambda: HfApi().model_info(name))
    present = [file.rfilename for file in model.siblings or ()]
    wanted = [file for file in only or _needed(present) if file in present]
    if not wanted:
        found = ", ".join(sorted(present)) or "nothing"
        raise UserError(f"base model {name!r}: no {' or '.join(only)} in it; found {found}"[:500])
    paths = [
        _repeated(lambda file=file: hf_hub_download(name, file, revision=model.sha))  # type: ignore[misc]
        for file in wanted
    ]
    return Path(paths[0]).parents[len(PurePosixPath(wanted[0]).parts) - 1]


def _needed(present: Sequence[str]) -> list[str]:
    """Configuration, tokenizer and one set of weights."""
    top = [file for file in present if "/" not in file]
    weights = [file for file in top if file.endswith(".safetensors")] or [
        file for file in top if file.startswith("pytorch_model") and file.endswith(".bin")
    ]
    texts = [file for file in top if PurePosixPath(file).suffix in _TEXTS]
    return [*texts, *weights, *(file for file in present if file == POOLING_FILE)]


def _repeated(ask: Callable[[], Answer]) -> Answer:
    for wait in _WAITS:
        try:
            return ask()
        except Exception as error:
            if not _is_transient(error):
                raise
            print(f"The model hub is asked again in {wait} s: {_short(error)}", flush=True)
            time.sleep(wait)
    return ask()


def _is_transient(error: Exception) -> bool:
    """Whether the hub was not reached, or had a fault, so that another attempt may succeed."""
    from huggingface_hub.errors import EntryNotFoundError, LocalEntryNotFoundError

    if isinstance(error, LocalEntryNotFoundError):
        return True
    if isinstance(error, EntryNotFoundError | ValueError):
        return False
    status = getattr(getattr(error, "response", None), "status_code", None)
    return status not in _CLIENT_ERRORS or status in _TRANSIENT


def _short(error: Exception) -> str:
    return f"{type(error).__name__}: {' '.join(str(error).split())}"[:300]
