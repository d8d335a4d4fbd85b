import re
import shutil

import pytest

import train
from common.script import run
from tests.ml_code.training_runs import METRIC, assert_same_weights, command, losses, started


def test_training_stops_when_validation_gets_no_better(
    base_model, session_features, tmp_path, capfd
):
    arguments = command(base_model, session_features, tmp_path / "m", "--epochs=50", "--patience=2")
    assert run(train.main, arguments) == 0
    output = capfd.readouterr().out
    epochs = [int(n) for n in re.findall(r"validation:macro_f1=\S+ epoch=(\d+)", output)]
    scores = [float(v) for v in re.findall(f"validation:macro_f1={METRIC}", output)]
    so_far = [float(v) for v in re.findall(f"validation:best_macro_f1={METRIC}", output)]
    assert so_far == [max(scores[:count]) for count in range(1, len(scores) + 1)]
    best = scores.index(max(scores)) + 1
    assert epochs[-1] == best + 2 < 50
    assert f"Stopped early: no better macro-F1 since epoch {best} (patience 2)" in output


@pytest.mark.slow
@pytest.mark.skipif(shutil.which("g++") is None, reason="torch.compile needs a C++ compiler")
def test_a_compiled_model_trains_like_the_plain_one(base_model, session_features, tmp_path):
    outputs = []
    for compiled in ("false", "true"):
        arguments = command(base_model, session_features, tmp_path / compiled, "--epochs=1")
        process = started([*arguments, f"--compiled={compiled}"])
        outputs.append(process.communicate()[0])
        assert process.returncode == 0, outputs[-1]
    assert losses(outputs[1]) == pytest.approx(losses(outputs[0]), abs=2e-3)
    assert_same_weights(tmp_path / "false", tmp_path / "true", atol=5e-3, rtol=1e-2)
