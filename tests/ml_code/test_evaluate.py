import io
import json
import tarfile

import numpy as np
import pytest
from sklearn.metrics import f1_score

import evaluate
from problems import UserError, run
from scores import confusion_matrix, macro_f1, macro_f1_interval, summary


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
    assert "progress=1.00 stage=predict" in capfd.readouterr().out


def test_macro_f1_is_that_of_scikit_learn():
    chance = np.random.default_rng(0)
    true, said = chance.integers(0, 3, 500), chance.integers(0, 3, 500)
    matrix = confusion_matrix(true, said)
    assert macro_f1(matrix) == pytest.approx(f1_score(true, said, average="macro"))


def test_the_interval_is_that_of_drawing_rows():
    chance = np.random.default_rng(0)
    true = chance.integers(0, 3, 300)
    said = np.where(chance.random(300) < 0.7, true, chance.integers(0, 3, 300))
    low, high = macro_f1_interval(confusion_matrix(true, said), seed=1)
    drawn = [chance.integers(0, 300, 300) for _ in range(1000)]
    values = [macro_f1(confusion_matrix(true[rows], said[rows])) for rows in drawn]
    assert (low, high) == pytest.approx(np.percentile(values, [2.5, 97.5]), abs=0.01)


def test_a_class_that_is_never_predicted_scores_zero():
    result = summary(np.array([[5, 0, 0], [5, 0, 0], [0, 0, 5]]), seed=1)
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
