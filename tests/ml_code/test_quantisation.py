import shutil

import numpy as np
import pytest
import torch
from transformers import (
    BertConfig,
    BertForSequenceClassification,
    RobertaConfig,
    RobertaForSequenceClassification,
)

from common.rated_labels import BY_STARS, parse
from common.rows import Rows, read_rows
from serving.classifier import Classifier
from serving.engines import FP32_FILE, INT8_FILE, OnnxEngine, TorchEngine
from training import quantisation
from training.base_model import load_base, save_artefact
from training.first_token import narrow

LABELS = parse(BY_STARS)


def test_training_adds_the_8_bit_model_when_it_is_as_good(trained):
    assert (trained / "model" / INT8_FILE).stat().st_size > 0
    assert Classifier(trained / "model").engine == "onnx-int8"


def test_it_says_what_the_trained_weights_say_at_any_shape(trained, session_features):
    rows = read_rows(session_features / "test", LABELS)
    torch, int8 = TorchEngine(trained / "model"), OnnxEngine(trained / "model" / INT8_FILE)
    for ids in (rows.ids[:1], rows.ids[:7], rows.ids, [[2, 3]], [row * 3 for row in rows.ids[:3]]):
        expected = Classifier(trained / "model", torch).of_ids(ids)
        np.testing.assert_allclose(
            Classifier(trained / "model", int8).of_ids(ids), expected, atol=0.05
        )


def test_fp32_serves_where_8_bits_may_lose_more_than_is_allowed(
    trained, session_features, tmp_path, monkeypatch
):
    folder = shutil.copytree(trained / "model", tmp_path / "model")
    monkeypatch.setattr(quantisation, "LARGEST_LOSS", -1.0)  # nothing can be that much better
    train, validation = (
        read_rows(session_features / part, LABELS) for part in ("train", "validation")
    )
    result = quantisation.export_for_serving(folder, train, validation)
    assert result["engine"] == "onnx-fp32"
    assert (result["rows"], result["validation_rows"]) == (
        len(train) + len(validation),
        len(validation),
    )
    assert not (folder / INT8_FILE).exists()
    assert Classifier(folder).engine == "onnx-fp32"
    ids = validation.ids[:5]
    np.testing.assert_allclose(
        Classifier(folder).of_ids(ids),
        Classifier(folder, TorchEngine(folder)).of_ids(ids),
        atol=1e-4,
    )


def test_without_quantisation_fp32_serves_and_nothing_is_compared(trained, tmp_path):
    folder = shutil.copytree(trained / "model", tmp_path / "model")
    (folder / INT8_FILE).unlink()
    none = Rows([], [], [])
    assert quantisation.export_for_serving(folder, none, none, quantise=False) == {
        "engine": "onnx-fp32"
    }
    assert (folder / FP32_FILE).is_file()


def comparison(rows, lost, won):
    return quantisation.Comparison(
        rows=rows,
        validation_rows=rows,
        fp32_accuracy=0.8,
        int8_accuracy=0.8,
        changed=lost + won,
        lost=lost,
        won=won,
    )


@pytest.mark.parametrize(
    ("rows", "lost", "won", "bound"),
    [
        (315, 2, 0, 0.0153),  # half a point on few rows is no proof of anything
        (1000, 0, 0, 0.0016),
        (1000, 12, 12, 0.0082),
        (2000, 40, 20, 0.0164),
        (2000, 20, 40, -0.0036),
    ],
)
def test_the_bound_of_the_loss_counts_rows_and_changes(rows, lost, won, bound):
    assert comparison(rows, lost, won).largest_loss == pytest.approx(bound, abs=1e-4)


def test_no_scratch_file_stays_in_the_artefact(trained):
    names = {path.name for path in (trained / "model").iterdir()}
    assert names == {
        "code",
        "config.json",
        "model.safetensors",
        INT8_FILE,
        "tokenizer.json",
        "tokenizer_config.json",
    }


def test_a_roberta_can_be_quantised_too(small_roberta, tmp_path):
    model, tokenizer = load_base(str(small_roberta), LABELS)
    save_artefact(model, tokenizer, tmp_path, max_length=64)
    quantisation.export(tmp_path, tmp_path / FP32_FILE)
    quantisation.to_8_bits(tmp_path / FP32_FILE, tmp_path / INT8_FILE)
    for length in (3, 11, 60):
        ids = [[0, *range(10, 10 + length), 2], [0, 11, 2]]
        torch, int8 = (
            Classifier(tmp_path, engine).of_ids(ids)
            for engine in (TorchEngine(tmp_path), OnnxEngine(tmp_path / INT8_FILE))
        )
        assert int8 == pytest.approx(torch, abs=0.02)


@pytest.mark.parametrize(
    ("model_class", "config_class"),
    [
        (BertForSequenceClassification, BertConfig),
        (RobertaForSequenceClassification, RobertaConfig),
    ],
)
def test_only_the_first_token_of_the_last_layer_says_the_same(model_class, config_class):
    config = config_class(
        vocab_size=50,
        hidden_size=24,
        intermediate_size=48,
        num_hidden_layers=3,
        num_attention_heads=4,
        num_labels=3,
        pad_token_id=1,
        attn_implementation="eager",
    )
    model = model_class(config).eval()
    ids = torch.randint(2, 50, (3, 9))
    mask = torch.ones_like(ids)
    mask[1, 4:] = 0
    ids[1, 4:] = 1
    with torch.inference_mode():
        whole = model(input_ids=ids, attention_mask=mask).logits
        narrow(model)
        narrowed = model(input_ids=ids, attention_mask=mask).logits
    assert type(model.base_model.encoder.layer[-1]).__name__ == "_FirstTokenLayer"
    torch.testing.assert_close(narrowed, whole)
