import io
import json
import tarfile

import numpy as np
import pytest
from sklearn.metrics import f1_score

import evaluate
from common.problems import UserError, run
from common.rows import Rows
from common.scores import confusion_matrix, macro_f1, macro_f1_interval, reliability, summary
from evaluating.evaluation_page import render

NAMES = ("negative", "neutral", "positive")


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


def test_macro_f1_is_that_of_scikit_learn():
    chance = np.random.default_rng(0)
    true, said = chance.integers(0, 3, 500), chance.integers(0, 3, 500)
    matrix = confusion_matrix(true, said, 3)
    assert macro_f1(matrix) == pytest.approx(f1_score(true, said, average="macro"))


def test_the_interval_is_that_of_drawing_rows():
    chance = np.random.default_rng(0)
    true = chance.integers(0, 3, 300)
    said = np.where(chance.random(300) < 0.7, true, chance.integers(0, 3, 300))
    low, high = macro_f1_interval(confusion_matrix(true, said, 3), seed=1)
    drawn = [chance.integers(0, 300, 300) for _ in range(1000)]
    values = [macro_f1(confusion_matrix(true[rows], said[rows], 3)) for rows in drawn]
    assert (low, high) == pytest.approx(np.percentile(values, [2.5, 97.5]), abs=0.01)


def test_reliability_compares_what_is_said_with_what_is_right():
    true = np.array([0] * 10 + [1] * 4)
    said = np.array([[0.82, 0.1, 0.08]] * 10 + [[0.55, 0.45, 0.0]] * 4)
    assert reliability(true, said) == {
        "expected_calibration_error": round((10 * 0.18 + 4 * 0.55) / 14, 4),
        "bins": [
            {"from": 0.5, "to": 0.6, "rows": 4, "confidence": 0.55, "accuracy": 0.0},
            {"from": 0.8, "to": 0.9, "rows": 10, "confidence": 0.82, "accuracy": 1.0},
        ],
    }


def test_the_worst_mistakes_are_the_surest_ones():
    rows = Rows([[1]] * 3, [0, 1, 2], [0, 2, 4], ["fine <b>", "meh " * 200, "good"])
    said = np.array([[0.1, 0.2, 0.7], [0.9, 0.1, 0.0], [0.0, 0.1, 0.9]])
    first, second = evaluate.worst_mistakes(rows, said, NAMES)
    assert (first["is"], first["said"], first["probability"]) == ("neutral", "negative", 0.9)
    assert len(first["text"]) <= 400
    assert second["text"] == "fine <b>"


def test_texts_of_reviews_are_escaped_in_the_page():
    result = summary(np.array([[5, 0, 0], [5, 0, 0], [0, 0, 5]]), NAMES, seed=1)
    mistake = {"text": "<script>x</script>", "is": "neutral", "said": "negative", "probability": 1}
    rest = {"engine": "torch-cpu", "reliability": {"expected_calibration_error": 0.1, "bins": []}}
    page = render({**result, **rest, "worst_mistakes": [mistake]})
    assert "<script>" not in page
    assert "&lt;script&gt;" in page
    assert "There are none." not in page
    assert "There are none." in render({**result, **rest, "worst_mistakes": []})


def test_a_class_that_is_never_predicted_scores_zero():
    result = summary(np.array([[5, 0, 0], [5, 0, 0], [0, 0, 5]]), NAMES, seed=1)
    assert result["per_class"]["neutral"] == {
        "precision": 0.0,
        "recall": 0.0,
        "f1": 0.0,
        "support": 5,
    }


def test_a_folder_without_a_model_says_what_it_holds(tmp_path):
    (tmp_path / "notes.txt").touch()
    with pytest.raises(UserError, match=r"no model\.tar\.gz in it; found notes\.txt"):
        evaluate.extract(tmp_path, tmp_path / "target")


def test_an_archive_that_writes_outside_is_refused(tmp_path):
    with tarfile.open(tmp_path / "model.tar.gz", "w:gz") as tar:
        entry = tarfile.TarInfo("../escaped")
        entry.size = 1
        tar.addfile(entry, io.BytesIO(b"x"))
    with pytest.raises(UserError, match="cannot be unpacked"):
        evaluate.extract(tmp_path, tmp_path / "target")
    assert not (tmp_path / "escaped").exists()
