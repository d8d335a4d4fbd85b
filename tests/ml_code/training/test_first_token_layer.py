import pytest
import torch
from transformers import (
    BertConfig,
    BertForSequenceClassification,
    RobertaConfig,
    RobertaForSequenceClassification,
)

from training.first_token_layer import use_first_token_layer


@pytest.mark.parametrize(
    ("model_class", "config_class"),
    [
        (BertForSequenceClassification, BertConfig),
        (RobertaForSequenceClassification, RobertaConfig),
    ],
)
def test_the_last_layer_for_the_first_token_alone_gives_the_same_logits(model_class, config_class):
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
        use_first_token_layer(model)
        first_token = model(input_ids=ids, attention_mask=mask).logits
    assert type(model.base_model.encoder.layer[-1]).__name__ == "FirstTokenLayer"
    torch.testing.assert_close(first_token, whole)
