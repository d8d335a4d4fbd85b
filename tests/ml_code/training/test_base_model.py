import json
from pathlib import Path
from types import SimpleNamespace

import pytest
import torch

from common.rated_labels import BY_STARS, parse
from training.base_model import load_base, max_tokens

LABELS = parse(BY_STARS)


def test_a_base_model_in_half_precision_is_trained_in_fp32(base_model, tmp_path):
    from transformers import AutoModel, AutoTokenizer

    AutoModel.from_pretrained(base_model).half().save_pretrained(tmp_path)
    AutoTokenizer.from_pretrained(base_model).save_pretrained(tmp_path)
    assert json.loads((tmp_path / "config.json").read_text())["dtype"] == "float16"
    model, _ = load_base(str(tmp_path), LABELS)
    assert {value.dtype for value in model.parameters()} == {torch.float32}
    model.save_pretrained(tmp_path / "trained")
    assert json.loads((tmp_path / "trained/config.json").read_text())["dtype"] == "float32"


def test_a_roberta_checkpoint_becomes_a_roberta_classifier(tmp_path):
    vocabulary = Path(__file__).parents[4] / "shared" / "models" / "roberta-base-tokenizer"
    if not vocabulary.is_dir():
        pytest.skip("the real RoBERTa vocabulary is not on this machine")
    from transformers import (
        AutoTokenizer,
        RobertaConfig,
        RobertaForSequenceClassification,
        RobertaModel,
    )

    from common.tokenisation import TextEncoder
    from training.artefact import save_artefact
    from training.base_model import check_features

    config = RobertaConfig(
        vocab_size=50265,
        hidden_size=16,
        num_hidden_layers=1,
        num_attention_heads=2,
        intermediate_size=16,
        max_position_embeddings=66,
        type_vocab_size=1,
    )
    RobertaModel(config).save_pretrained(tmp_path / "base")
    AutoTokenizer.from_pretrained(vocabulary).save_pretrained(tmp_path / "base")
    model, tokenizer = load_base(str(tmp_path / "base"), LABELS)
    assert isinstance(model, RobertaForSequenceClassification)
    ids = TextEncoder(vocabulary, max_length=64).encode(["Hello world", "so " * 99])
    assert ids[0] == [0, 31414, 232, 2]
    assert len(ids[1]) == 64
    check_features(model, ids)
    save_artefact(model, tokenizer, tmp_path / "model", max_length=64)
    assert TextEncoder(tmp_path / "model", max_length=64).encode(["Hello world"]) == ids[:1]


@pytest.mark.parametrize(
    ("kind", "positions", "most"),
    [("bert", 64, 64), ("roberta", 514, 192), ("roberta", 130, 128), ("deberta-v2", None, 192)],
)
def test_a_text_is_cut_at_what_the_model_takes(kind: str, positions: int | None, most: int) -> None:
    config = SimpleNamespace(model_type=kind)
    if positions is not None:
        config.max_position_embeddings = positions
    assert min(192, max_tokens(config, 192)) == most
