import pytest

from common.rated_labels import BY_STARS, parse
from serving.classifier import Classifier
from serving.engines import FP32_FILE, INT8_FILE, OnnxEngine, TorchEngine
from training.artefact import save_artefact
from training.base_model import load_base
from training.onnx_export import export_onnx, quantise_onnx

LABELS = parse(BY_STARS)


def test_a_roberta_can_be_quantised_too(small_roberta, tmp_path):
    model, tokenizer = load_base(str(small_roberta), LABELS)
    save_artefact(model, tokenizer, tmp_path, max_length=64)
    export_onnx(tmp_path, tmp_path / FP32_FILE)
    quantise_onnx(tmp_path / FP32_FILE, tmp_path / INT8_FILE)
    for length in (3, 11, 60):
        ids = [[0, *range(10, 10 + length), 2], [0, 11, 2]]
        torch, int8 = (
            Classifier(tmp_path, engine).predict_proba(ids)
            for engine in (TorchEngine(tmp_path), OnnxEngine(tmp_path / INT8_FILE))
        )
        assert int8 == pytest.approx(torch, abs=0.02)


def test_the_probabilities_of_a_text_do_not_depend_on_the_texts_beside_it(small_roberta, tmp_path):
    model, tokenizer = load_base(str(small_roberta), LABELS)
    save_artefact(model, tokenizer, tmp_path, max_length=64)
    export_onnx(tmp_path, tmp_path / FP32_FILE)
    quantise_onnx(tmp_path / FP32_FILE, tmp_path / INT8_FILE)
    ids = [[0, *range(10, 10 + length), 2] for length in (5, 7, 7, 30)]
    for name in (INT8_FILE, FP32_FILE):
        classifier = Classifier(tmp_path, OnnxEngine(tmp_path / name))
        together = classifier.predict_proba(ids)
        alone = [classifier.predict_proba([row])[0] for row in ids]
        assert together.tolist() == [row.tolist() for row in alone]
