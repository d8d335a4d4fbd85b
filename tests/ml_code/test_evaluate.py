import csv
import json
import tarfile

import numpy as np
import pytest

import evaluate
from common.script import run


@pytest.fixture
def archive(trained, tmp_path):
    """A folder with the model.tar.gz of the trained model."""
    (tmp_path / "model").mkdir()
    with tarfile.open(tmp_path / "model" / "model.tar.gz", "w:gz") as tar:
        tar.add(trained / "model", arcname=".")
    return tmp_path / "model"


def test_evaluation_scores_every_test_row(archive, session_features, tmp_path, capfd):
    test_data = session_features / "test"
    arguments = [f"--model={archive}", f"--test-data={test_data}"]
    arguments += [f"--output-data={tmp_path / 'out'}", f"--message-file={tmp_path / 'message'}"]
    assert run(evaluate.main, arguments) == 0
    result = json.loads((tmp_path / "out" / "evaluation.json").read_text())
    (part,) = test_data.glob("*.csv")
    assert result["rows"] == len(part.read_text().splitlines()) - 1
    assert result["rows"] == np.sum(result["confusion_matrix"])
    assert result["accuracy"] > 0.8 > result["majority_accuracy"]
    low, high = result["macro_f1_interval"]
    assert low <= result["macro_f1"] <= high
    page = (tmp_path / "out" / "evaluation.html").read_text()
    assert "Confusion matrix" in page
    assert "http" not in page  # nothing is loaded from elsewhere
    assert result["engine"] == "onnx-int8"  # what the endpoint answers with
    assert sum(part["rows"] for part in result["reliability"]["bins"]) == result["rows"]
    before = result["reliability_before_scaling"]
    assert sum(part["rows"] for part in before["bins"]) == result["rows"]
    assert result["temperature"] != 1
    assert result["reliability"]["error_by_chance"]["mean"] > 0
    wrong = result["rows"] - np.trace(result["confusion_matrix"])
    assert len(result["worst_mistakes"]) == min(20, wrong)
    assert "progress=1.00 stage=predict" in capfd.readouterr().out


def test_a_champion_is_scored_on_the_same_rows(archive, session_features, tmp_path):
    arguments = [f"--model={archive}", f"--champion={archive}"]
    arguments += [f"--test-data={session_features / 'test'}", f"--output-data={tmp_path / 'out'}"]
    evaluate.main(arguments)
    result = json.loads((tmp_path / "out" / "evaluation.json").read_text())
    assert result["champion"] == {name: result[name] for name in ("accuracy", "macro_f1")}
    assert "the champion" in (tmp_path / "out" / "evaluation.html").read_text()


def test_reviews_of_another_base_model_are_evaluated_from_their_texts(
    archive, session_features, tmp_path
):
    """Their token ids mean nothing to this model."""
    (part,) = (session_features / "test").glob("*.csv")
    other = tmp_path / "other" / part.name
    other.parent.mkdir()
    with part.open(newline="") as source, other.open("w", newline="") as target:
        rows = csv.DictReader(source)
        copy = csv.DictWriter(target, rows.fieldnames)
        copy.writeheader()
        copy.writerows(row | {"input_ids": "[1]"} for row in rows)
    scores = {}
    for folder, words in {part.parent: [], other.parent: ["--from-texts"]}.items():
        out = tmp_path / f"out-{folder.name}"
        evaluate.main(
            [f"--model={archive}", f"--test-data={folder}", f"--output-data={out}", *words]
        )
        scores[folder.name] = json.loads((out / "evaluation.json").read_text())["accuracy"]
    assert scores["other"] == scores["test"]
