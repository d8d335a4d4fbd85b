import json
import os
import re
import subprocess
import sys
from pathlib import Path

from safetensors.torch import load_file

import preprocess
import train
from common.rated_labels import BY_STARS, parse
from common.rows import read_rows
from common.script import run
from serving.classifier import Classifier
from tests.ml_code.tiny import EVENT_TIME, make_reviews, write_reviews
from tests.ml_code.training_runs import METRIC, command

LABELS = parse(BY_STARS)


def test_the_artefact_names_the_three_classes(trained):
    weights = load_file(trained / "model" / "model.safetensors")
    assert weights["classifier.weight"].shape == (3, 64)
    config = json.loads((trained / "model" / "config.json").read_text())
    assert config["id2label"] == {"0": "negative", "1": "neutral", "2": "positive"}


def test_the_artefact_brings_the_code_that_serves_it(trained):
    code = trained / "model" / "code"
    assert {"inference.py", "requirements.txt"} <= {path.name for path in code.iterdir()}
    alone = subprocess.run(
        [sys.executable, "-c", "import inference, contract; print(contract.__file__)"],
        cwd=code,
        env={"PATH": os.environ["PATH"]},
        capture_output=True,
        text=True,
    )
    assert alone.returncode == 0, alone.stderr
    assert Path(alone.stdout.strip()) == code / "contract/__init__.py"


def test_the_profiler_report_holds_steps_operators_and_findings(trained, session_features):
    folder = trained / "output" / "profiler_report"
    report = json.loads((folder / "profiler_report.json").read_text())
    assert report["steps"] == 12 * -(-len(read_rows(session_features / "train", LABELS)) // 16)
    assert report["operators"]
    assert report["findings"]
    assert "<svg" in (folder / "profiler_report.html").read_text()


def test_metric_lines_are_those_the_job_reads(base_model, session_features, tmp_path, capfd):
    arguments = command(base_model, session_features, tmp_path / "model", "--epochs=2")
    assert run(train.main, arguments) == 0
    output = capfd.readouterr().out
    for name in ("train:loss", "train:progress", "train:samples_per_second"):
        assert re.search(f"{name}={METRIC}", output)
    line = re.search(
        f"validation:loss={METRIC} validation:best_macro_f1={METRIC} "
        f"validation:accuracy={METRIC} validation:macro_f1={METRIC} epoch=2",
        output,
    )
    assert line
    assert re.findall(f"train:progress={METRIC}", output)[-1] == "1.0000"


def test_a_wrong_base_model_is_named_in_one_line(session_features, tmp_path, capfd):
    arguments = command(Path("/no/such/model"), session_features, tmp_path)
    assert run(train.main, arguments) == 1
    assert capfd.readouterr().err.splitlines()[-1] == (
        "base model /no/such/model: there is no such folder"
    )


def test_features_of_another_vocabulary_are_refused(base_model, session_features, tmp_path, capfd):
    for split in ("train", "validation"):
        (tmp_path / split).mkdir()
        (tmp_path / split / "part.csv").write_text(
            'label_id,star_rating,input_ids\n1,3,"[2,999,3]"\n'
        )
    assert run(train.main, command(base_model, tmp_path, tmp_path / "model")) == 1
    assert "token id 999 is outside the base model's vocabulary" in capfd.readouterr().err


def test_wrong_hyperparameters_are_named(capfd):
    needed = ["--model-dir=m", "--train-data=t", "--validation-data=v"]
    assert run(train.main, [*needed, "--epochs=0"]) == 1
    assert "argument --epochs: 0 must be a whole number from 1 to 100" in capfd.readouterr().err
    assert run(train.main, [*needed, "--epoch=2"]) == 1
    assert "unrecognized arguments: --epoch=2" in capfd.readouterr().err


def test_a_roberta_is_prepared_for_and_trained(small_roberta, tmp_path, capfd):
    source = write_reviews(tmp_path / "reviews.csv", make_reviews(60))
    arguments = [f"--input-data={source}", f"--base-model={small_roberta}", "--max-length=64"]
    arguments += [f"--output-data={tmp_path}", f"--event-time={EVENT_TIME}"]
    assert run(preprocess.main, [*arguments, f"--message-file={tmp_path / 'message'}"]) == 0
    model = tmp_path / "model"
    arguments = command(small_roberta, tmp_path, model, "--epochs=8", "--batch-size=16")
    assert run(train.main, arguments) == 0
    assert "RobertaForSequenceClassification" in capfd.readouterr().out
    config = json.loads((model / "config.json").read_text())
    assert config["architectures"] == ["RobertaForSequenceClassification"]
    said = Classifier(model).predict_proba_of_texts(
        ["lovely perfect great", "awful broken", "okay average"]
    )
    assert said.argmax(axis=1).tolist() == [2, 0, 1]
