import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tokenizers import (
    Tokenizer,
    decoders,
    models,
    normalizers,
    pre_tokenizers,
    processors,
    trainers,
)

from preparing.caching_encoder import CachingEncoder
from reading.text import cleaned
from tests.ml_code.tiny import make_reviews

TEXTS = [text for text, _ in make_reviews(40)] + [
    "Don't!! 5'4\" tall",
    "co\u0301te d'Azur 10x",
    "a",
]


def bert() -> Tokenizer:
    tokenizer = Tokenizer(models.WordPiece(unk_token="[UNK]"))
    tokenizer.normalizer = normalizers.BertNormalizer()
    tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    special = ["[UNK]", "[CLS]", "[SEP]"]
    tokenizer.train_from_iterator(
        TEXTS, trainers.WordPieceTrainer(vocab_size=300, special_tokens=special)
    )
    tokenizer.post_processor = processors.BertProcessing(("[SEP]", 2), ("[CLS]", 1))
    return tokenizer


def roberta() -> Tokenizer:
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    special = ["<s>", "<pad>", "</s>", "<mask>"]
    alphabet = pre_tokenizers.ByteLevel.alphabet()
    trainer = trainers.BpeTrainer(
        vocab_size=400, special_tokens=special, initial_alphabet=alphabet, show_progress=False
    )
    tokenizer.train_from_iterator(TEXTS, trainer)
    tokenizer.post_processor = processors.RobertaProcessing(("</s>", 2), ("<s>", 0))
    return tokenizer


def whole_text() -> Tokenizer:
    """A tokenizer whose tokens reach over spaces: nothing can be remembered."""
    tokenizer = Tokenizer(models.BPE(unk_token="<unk>"))
    trainer = trainers.BpeTrainer(vocab_size=300, special_tokens=["<unk>"], show_progress=False)
    tokenizer.train_from_iterator(["the dress was the dress was"] * 20, trainer)
    return tokenizer


KINDS = {"bert": bert(), "roberta": roberta()}


def expected(tokenizer: Tokenizer, texts: list[str], max_length: int) -> list[list[int]]:
    cutting = Tokenizer.from_str(tokenizer.to_str())
    cutting.enable_truncation(max_length)
    return [list(item.ids) for item in cutting.encode_batch(texts)]


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("max_length", [8, 512])
def test_ids_are_those_of_the_tokenizer(kind, max_length):
    texts = [cleaned(text) for text in TEXTS] + ["[SEP] a <s> b <mask> c", "x" * 5000]
    encoder = CachingEncoder(KINDS[kind], max_length=max_length)
    for _ in range(2):  # the second time from memory
        rows, sizes = encoder.encode(texts)
        assert [json.loads(row) for row in rows] == expected(KINDS[kind], texts, max_length)
        assert sizes == [len(KINDS[kind].encode(text).ids) for text in texts]
    assert encoder._can_cache


@pytest.mark.parametrize("kind", KINDS)
@settings(max_examples=300, deadline=None)
@given(texts=st.lists(st.text(min_size=1), min_size=1, max_size=5))
def test_any_text_has_the_ids_of_the_tokenizer(kind, texts):
    texts = [text for text in map(cleaned, texts) if text] or ["a"]
    rows, _ = CachingEncoder(KINDS[kind], max_length=64).encode(texts)
    assert [json.loads(row) for row in rows] == expected(KINDS[kind], texts, 64)


def test_a_tokenizer_that_reaches_over_spaces_is_found_out():
    tokenizer, texts = whole_text(), ["the dress was the dress", "the dress"]
    encoder = CachingEncoder(tokenizer, max_length=64)
    rows, _ = encoder.encode(texts)
    assert not encoder._can_cache
    assert [json.loads(row) for row in rows] == expected(tokenizer, texts, 64)


def test_memory_is_bounded(monkeypatch):
    monkeypatch.setattr("preparing.caching_encoder._MAX_CACHED_WORDS", 10)
    encoder, texts = CachingEncoder(KINDS["bert"], max_length=64), [cleaned(text) for text in TEXTS]
    for text in texts:
        (row,), _ = encoder.encode([text])
        assert [json.loads(row)] == expected(KINDS["bert"], [text], 64)
        assert len(encoder._later_words.ids) <= max(10, len(set(text.split())))
