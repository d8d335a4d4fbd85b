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

import quantisation
from base_model import load_base, save_artefact
from classifier import Classifier
from engines import INT8_FILE, OnnxEngine, TorchEngine
from first_token import narrow
from rated_labels import BY_STARS, parse
from rows import read_rows

LABELS = parse(BY_STARS)


def test_training_adds_the_8_bit_model_when_it_is_as_good(trained):
    assert (trained / "model" / INT8_FILE).stat().st_size > 0
    assert Classifier(trained / "model").engine == "onnx-int8"


def test_it_says_what_the_trained_weights_say_at_any_shape(trained, session_features):
    rows = read_rows(session_features / "test", LABELS)
    torch, int8 = (kind(trained / "model") for kind in (TorchEngine, OnnxEngine))
    for ids in (rows.ids[:1], rows.ids[:7], rows.ids, [[2, 3]], [row * 3 for row in rows.ids[:3]]):
        expected = Classifier(trained / "model", torch).of_ids(ids)
        np.testing.assert_allclose(
            Classifier(trained / "model", int8).of_ids(ids), expected, atol=0.05
        )


def test_it_is_dropped_when_it_loses_more_than_half_a_point(
    trained, session_features, tmp_path, monkeypatch
):
    folder = shutil.copytree(trained / "model", tmp_path / "model")
    monkeypatch.setattr(quantisation, "_LARGEST_LOSS", -2.0)  # nothing can be that much better
    result = quantisation.quantise(folder, read_rows(session_features / "validation", LABELS))
    assert result["engine"] == "torch"
    assert result["rows"] == len(read_rows(session_features / "validation", LABELS))
    assert not (folder / INT8_FILE).exists()
    assert Classifier(folder).engine == "torch-cpu"


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
    quantisation.export(tmp_path, tmp_path / INT8_FILE)
    for length in (3, 11, 60):
        ids = [[0, *range(10, 10 + length), 2], [0, 11, 2]]
        torch, int8 = (
            Classifier(tmp_path, kind(tmp_path)).of_ids(ids) for kind in (TorchEngine, OnnxEngine)
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
