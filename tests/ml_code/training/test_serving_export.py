import shutil

import numpy as np
import pytest

from common.rated_labels import BY_STARS, parse
from common.rows import Rows, read_rows
from serving.classifier import Classifier
from serving.engines import FP32_FILE, INT8_FILE, OnnxEngine, TorchEngine
from serving.temperature import read_temperature, write_temperature
from training import serving_export

LABELS = parse(BY_STARS)


def test_training_adds_the_8_bit_model_when_it_is_as_good(trained):
    assert (trained / "model" / INT8_FILE).stat().st_size > 0
    assert Classifier(trained / "model").engine == "onnx-int8"


def test_8_bits_give_the_trained_weights_probabilities_at_any_shape(trained, session_features):
    rows = read_rows(session_features / "test", LABELS)
    torch, int8 = TorchEngine(trained / "model"), OnnxEngine(trained / "model" / INT8_FILE)
    for ids in (rows.ids[:1], rows.ids[:7], rows.ids, [[2, 3]], [row * 3 for row in rows.ids[:3]]):
        expected = Classifier(trained / "model", torch).predict_proba(ids)
        np.testing.assert_allclose(
            Classifier(trained / "model", int8).predict_proba(ids), expected, atol=0.05
        )


def test_fp32_serves_where_8_bits_may_lose_more_than_is_allowed(
    trained, session_features, tmp_path, monkeypatch
):
    folder = shutil.copytree(trained / "model", tmp_path / "model")
    monkeypatch.setattr(serving_export, "MAX_LOSS", -1.0)  # nothing can be that much better
    train, validation = (
        read_rows(session_features / part, LABELS) for part in ("train", "validation")
    )
    result = serving_export.export_for_serving(folder, train, validation)
    assert result["engine"] == "onnx-fp32"
    assert (result["rows"], result["validation_rows"]) == (
        len(train) + len(validation),
        len(validation),
    )
    assert not (folder / INT8_FILE).exists()
    assert Classifier(folder).engine == "onnx-fp32"
    ids = validation.ids[:5]
    np.testing.assert_allclose(
        Classifier(folder).predict_proba(ids),
        Classifier(folder, TorchEngine(folder)).predict_proba(ids),
        atol=1e-4,
    )


def test_the_temperature_lowers_the_loss_of_the_validation_split_and_serves(
    trained, session_features, tmp_path
):
    folder = shutil.copytree(trained / "model", tmp_path / "model")
    write_temperature(folder, 1.0)
    train, validation = (
        read_rows(session_features / part, LABELS) for part in ("train", "validation")
    )
    result = serving_export.export_for_serving(folder, train, validation)
    assert result["loss_after"] < result["loss_before"]
    classifier = Classifier(folder)
    assert classifier.temperature == result["temperature"] == read_temperature(folder)
    observed = classifier.predict_proba(validation.ids)[range(len(validation)), validation.labels]
    assert -np.log(observed).mean() == pytest.approx(result["loss_after"], abs=1e-4)


def test_without_quantisation_fp32_serves_and_nothing_is_compared(
    trained, session_features, tmp_path
):
    folder = shutil.copytree(trained / "model", tmp_path / "model")
    (folder / INT8_FILE).unlink()
    none, validation = Rows([], [], []), read_rows(session_features / "validation", LABELS)
    result = serving_export.export_for_serving(folder, none, validation, quantise=False)
    assert result["engine"] == "onnx-fp32"
    assert "rows" not in result
    assert (folder / FP32_FILE).is_file()


def test_no_scratch_file_stays_in_the_artefact(trained):
    names = {path.name for path in (trained / "model").iterdir()}
    assert names == {
        "calibration.json",
        "code",
        "config.json",
        "model.safetensors",
        INT8_FILE,
        "tokenizer.json",
        "tokenizer_config.json",
    }
