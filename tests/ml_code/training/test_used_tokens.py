import pytest
import torch
from transformers import (
    BertConfig,
    BertForSequenceClassification,
    RobertaConfig,
    RobertaForSequenceClassification,
)

from common.rows import Rows
from training.used_tokens import UsedTokens

SIZES = {
    "vocab_size": 40,
    "hidden_size": 8,
    "num_hidden_layers": 1,
    "num_attention_heads": 2,
    "intermediate_size": 8,
    "max_position_embeddings": 16,
}
IDS = [[0, 9, 30, 2], [0, 9, 2]]


@pytest.mark.parametrize(
    ("kind", "config"),
    [
        (BertForSequenceClassification, BertConfig),
        (RobertaForSequenceClassification, RobertaConfig),
    ],
)
def test_the_logits_are_the_same_with_and_without_the_other_tokens(kind, config):
    model = kind(config(**SIZES)).eval()
    pad = model.config.pad_token_id
    padded = torch.tensor([IDS[0], [*IDS[1], pad]])
    mask = torch.tensor([[1, 1, 1, 1], [1, 1, 1, 0]])
    whole = model(input_ids=padded, attention_mask=mask).logits
    rows = Rows(IDS, [0, 1], [0, 1])
    used = UsedTokens(model, rows.ids)
    few = used.renumbered(rows).ids
    assert model.get_input_embeddings().num_embeddings == len({*range(pad + 1), 0, 2, 9, 30})
    part = model(input_ids=torch.tensor([few[0], [*few[1], pad]]), attention_mask=mask).logits
    torch.testing.assert_close(part, whole)


def test_what_was_learned_is_in_the_whole_table_and_other_tokens_are_as_before():
    model = BertForSequenceClassification(BertConfig(**SIZES))
    before = model.get_input_embeddings().weight.detach().clone()
    used = UsedTokens(model, IDS)
    with torch.no_grad():
        model.get_input_embeddings().weight += 1
    used.restore(model)
    changed = (model.get_input_embeddings().weight - before).detach().mean(dim=1)
    expected = torch.zeros(40)
    expected[[0, 2, 9, 30]] = 1
    torch.testing.assert_close(changed, expected)
