"""What a failed script leaves behind for SageMaker to tell."""

from collections.abc import Sequence
from pathlib import Path

import pytest

from common.script import run
from reading.errors import UserError


@pytest.fixture
def output(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder that the training toolkit names in SM_OUTPUT_DIR."""
    folder = tmp_path / "output"
    folder.mkdir()
    monkeypatch.setenv("SM_OUTPUT_DIR", str(folder))
    return folder


def raising(error: Exception):
    def main(arguments: Sequence[str]) -> None:
        raise error

    return main


def test_a_users_mistake_is_the_reason_of_the_failure_and_no_traceback(output, capfd) -> None:
    assert run(raising(UserError("--epochs is 0;\nit must be at least 1")), []) == 1
    assert (output / "failure").read_text() == "--epochs is 0; it must be at least 1"
    assert "Traceback" not in capfd.readouterr().err


def test_any_other_error_is_the_reason_with_its_kind(output, capfd) -> None:
    assert run(raising(KeyError("input_ids")), []) == 1
    assert (output / "failure").read_text() == "KeyError: 'input_ids'"
    assert "Traceback" in capfd.readouterr().err


def test_a_long_reason_is_cut_to_what_sagemaker_keeps(output) -> None:
    run(raising(UserError("x" * 5000)), [])
    reason = (output / "failure").read_text()
    assert len(reason) == 1000
    assert reason.endswith("x …")


def test_the_process_that_failed_first_gives_the_reason(output) -> None:
    run(raising(UserError("the first")), [])
    assert run(raising(UserError("the second")), []) == 1
    assert (output / "failure").read_text() == "the first"


def test_nothing_is_written_where_there_is_no_output_folder(tmp_path, monkeypatch) -> None:
    monkeypatch.setenv("SM_OUTPUT_DIR", str(tmp_path / "none"))
    assert run(raising(UserError("no")), []) == 1
    assert list(tmp_path.iterdir()) == []


def test_a_script_that_succeeds_leaves_no_reason(output) -> None:
    assert run(lambda _: None, []) == 0
    assert list(output.iterdir()) == []
