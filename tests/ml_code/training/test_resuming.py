import signal

import pytest
import torch

import train
from common.script import run
from tests.ml_code.training_runs import assert_same_weights, command, started, with_dropout
from training import computation

RESUMED = ("--epochs=4", "--batch-size=8", "--quantise=false")


@pytest.fixture(scope="module")
def undisturbed(base_model, session_features, tmp_path_factory):
    """(output, model folder) of a training with dropout that nobody interrupts."""
    target = tmp_path_factory.mktemp("undisturbed")
    arguments = command(with_dropout(base_model, target / "base"), session_features, target / "m")
    return started([*arguments, *RESUMED]).communicate()[0], target / "m"


@pytest.mark.parametrize(
    ("kill", "moment"),
    [
        (signal.SIGTERM, "epoch=2 step="),
        (signal.SIGKILL, "epoch=1 step=5/"),
        (signal.SIGKILL, "epoch=2 step=30/"),
        (signal.SIGKILL, "validation:macro_f1"),
    ],
)
def test_a_killed_training_resumes_to_the_same_model(
    base_model, session_features, tmp_path, undisturbed, kill, moment
):
    checkpoints = tmp_path / "checkpoints"
    checkpoints.mkdir()
    arguments = command(
        with_dropout(base_model, tmp_path / "base"), session_features, tmp_path / "part", *RESUMED
    )
    arguments += [f"--checkpoint-dir={checkpoints}", "--checkpoint-seconds=0"]
    first = started(arguments)
    for line in first.stdout:
        if moment in line:
            first.send_signal(kill)
            break
    rest = first.communicate()[0]
    assert first.returncode == (1 if kill == signal.SIGTERM else -kill)
    assert ("stopped by SIGTERM at step" in rest) == (kill == signal.SIGTERM)
    second = started(arguments).communicate()[0]
    assert "Resumed at step" in second
    output, model = undisturbed
    assert output.splitlines()[-1] == second.splitlines()[-1]
    assert_same_weights(model, tmp_path / "part", atol=1e-5, rtol=1e-4)


def test_a_checkpoint_of_other_settings_is_not_continued(
    base_model, session_features, tmp_path, capfd
):
    (tmp_path / "checkpoints").mkdir()
    for epochs in (1, 2):
        arguments = command(base_model, session_features, tmp_path / "m", f"--epochs={epochs}")
        assert run(train.main, [*arguments, f"--checkpoint-dir={tmp_path / 'checkpoints'}"]) == 0
    output = capfd.readouterr().out
    made_by = "192 rows, 1 process(es), Hyperparameters(epochs=1"
    assert f"Starting anew: the checkpoint is of {made_by}" in output
    assert "Resumed" not in output


def test_a_truncated_checkpoint_is_told_and_training_starts_anew(
    base_model, session_features, tmp_path, capfd
):
    (tmp_path / "state.pt").write_bytes(b"PK\x03\x04 half")
    arguments = command(base_model, session_features, tmp_path / "m", "--epochs=1")
    assert run(train.main, [*arguments, f"--checkpoint-dir={tmp_path}"]) == 0
    assert "state.pt cannot be read, starting anew" in capfd.readouterr().out


def test_a_training_that_goes_on_computes_as_before_and_measures_nothing(
    base_model, session_features, tmp_path, capfd, monkeypatch
):
    monkeypatch.setattr(computation, "has_bfloat16", lambda _: True)
    seconds = iter([2.0, 3.0, 4.0, 1.0])
    monkeypatch.setattr(computation, "_seconds_of_pass", lambda *_: next(seconds))
    arguments = command(base_model, session_features, tmp_path / "m", "--epochs=1")
    arguments += ["--precision=auto", f"--checkpoint-dir={tmp_path}"]
    assert run(train.main, arguments) == 0
    measured = "Training in bf16 with eager: 8 rows forward and backward took 2000.0 ms in fp32 "
    assert measured in capfd.readouterr().out
    state = torch.load(tmp_path / "state.pt")
    assert (state["precision"], state["attention"]) == ("bf16", "eager")
    assert run(train.main, arguments) == 0
    output = capfd.readouterr().out
    assert "Resumed at step" in output
    assert "Training in" not in output
