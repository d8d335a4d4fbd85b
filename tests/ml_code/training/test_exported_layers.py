import pytest
import torch
from transformers import (
    BertConfig,
    BertForSequenceClassification,
    DistilBertConfig,
    DistilBertForSequenceClassification,
    RobertaConfig,
    RobertaForSequenceClassification,
)

from training.exported_layers import use_exported_layers

SIZES = {
    "vocab_size": 50,
    "hidden_size": 24,
    "intermediate_size": 48,
    "num_hidden_layers": 3,
    "num_attention_heads": 4,
    "num_labels": 3,
    "pad_token_id": 1,
}


@pytest.mark.parametrize(
    ("model_class", "config_class"),
    [
        (BertForSequenceClassification, BertConfig),
        (RobertaForSequenceClassification, RobertaConfig),
    ],
)
def test_the_exported_layers_give_the_same_logits(model_class, config_class):
    model = model_class(config_class(**SIZES)).eval()
    ids = torch.randint(2, 50, (3, 9))
    with torch.inference_mode():
        expected = model(input_ids=ids).logits
        use_exported_layers(model)
        found = model(input_ids=ids).logits
    assert type(model.base_model.encoder.layer[-1]).__name__ == "FirstTokenLayer"
    torch.testing.assert_close(found, expected)


def test_models_of_other_types_stay_as_they_are():
    config = DistilBertConfig(vocab_size=50, dim=24, hidden_dim=48, n_layers=1, n_heads=4)
    model = DistilBertForSequenceClassification(config)
    layers = list(model.modules())
    use_exported_layers(model)
    assert list(model.modules()) == layers
