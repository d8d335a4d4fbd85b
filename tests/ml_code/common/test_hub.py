"""The model hub, in the shape of huggingface_hub's functions and errors; no network."""

from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import huggingface_hub
import pytest
from huggingface_hub import constants
from huggingface_hub.errors import (
    HfHubHTTPError,
    LocalEntryNotFoundError,
    OfflineModeIsEnabled,
    RepositoryNotFoundError,
)

from common import hub
from reading.errors import UserError

FILES = (
    "config.json",
    "tokenizer.json",
    "vocab.txt",
    "model.safetensors",
    "pytorch_model.bin",
    "tf_model.h5",
    "onnx/model.onnx",
    "1_Pooling/config.json",
    "README.md",
)


def error(kind: Callable[..., Exception], status: int) -> Exception:
    response = SimpleNamespace(status_code=status, headers={}, request=None)
    return kind("no", response=response)


class FakeHub:
    """One model, `sentence`; `problems` are raised one after the other, by whatever is asked."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.files = folder, FILES
        self.problems: list[Exception] = []
        self.asked: list[str] = []

    def model_info(self, name: str) -> Any:
        self._trouble("model_info")
        if name != "sentence":
            raise error(RepositoryNotFoundError, 404)
        siblings = [SimpleNamespace(rfilename=file) for file in self.files]
        return SimpleNamespace(sha="abc", siblings=siblings)

    def download(self, name: str, file: str, *, revision: str) -> str:
        assert revision == "abc"
        self._trouble(file)
        path = self.folder / "snapshots" / revision / file
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("{}")
        return str(path)

    def _trouble(self, what: str) -> None:
        self.asked.append(what)
        if self.problems:
            raise self.problems.pop(0)


@pytest.fixture
def fake(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> FakeHub:
    made = FakeHub(tmp_path)
    monkeypatch.setattr(constants, "HF_HUB_OFFLINE", False)
    monkeypatch.setattr(huggingface_hub, "HfApi", lambda: made)
    monkeypatch.setattr(huggingface_hub, "hf_hub_download", made.download)
    monkeypatch.setattr(hub.time, "sleep", lambda _: None)
    return made


def files(folder: Path) -> list[str]:
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file())


def test_configuration_tokenizer_pooling_and_one_set_of_weights_are_fetched(fake) -> None:
    assert files(hub.fetch("sentence")) == [
        "1_Pooling/config.json",
        "config.json",
        "model.safetensors",
        "tokenizer.json",
        "vocab.txt",
    ]


def test_weights_of_pytorch_are_fetched_where_there_are_no_others(fake) -> None:
    fake.files = ("config.json", "pytorch_model-00001-of-00002.bin", "training_args.bin")
    assert files(hub.fetch("sentence")) == ["config.json", "pytorch_model-00001-of-00002.bin"]


@pytest.mark.parametrize(
    "problem",
    [
        LocalEntryNotFoundError("not reached, and not in the cache"),
        ConnectionError("reset"),
        error(HfHubHTTPError, 503),
    ],
)
def test_a_fault_of_the_network_is_no_missing_file(fake, problem) -> None:
    """The pooling file must come: without it another kind of classifier would be trained."""
    fake.problems = [problem] * 3
    assert "1_Pooling/config.json" in files(hub.fetch("sentence"))


def test_a_hub_that_cannot_be_reached_is_an_error_that_names_the_model(fake) -> None:
    fake.problems = [LocalEntryNotFoundError("not reached")] * 9
    with pytest.raises(UserError, match=r"base model 'sentence' cannot be had from the model hub"):
        hub.fetch("sentence")
    assert fake.asked == ["model_info"] * 5


def test_a_model_that_does_not_exist_is_asked_for_once(fake) -> None:
    with pytest.raises(UserError, match=r"base model 'nope' .*RepositoryNotFoundError"):
        hub.fetch("nope")
    assert fake.asked == ["model_info"]


def test_a_model_without_the_file_that_is_needed_says_what_it_has(fake) -> None:
    fake.files = ("config.json", "vocab.txt")
    with pytest.raises(
        UserError, match=r"no tokenizer\.json in it; found config\.json, vocab\.txt"
    ):
        hub.fetch("sentence", only=["tokenizer.json"])


def test_a_hub_that_is_switched_off_is_not_asked(monkeypatch) -> None:
    def snapshot(name: str, *, local_files_only: bool) -> str:
        raise OfflineModeIsEnabled(name) if local_files_only else AssertionError

    monkeypatch.setattr(constants, "HF_HUB_OFFLINE", True)
    monkeypatch.setattr(huggingface_hub, "snapshot_download", snapshot)
    with pytest.raises(UserError, match="base model 'sentence' cannot be had"):
        hub.fetch("sentence")
