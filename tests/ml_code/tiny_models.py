"""Tiny models and their features, made here: no network, no download."""

from collections.abc import Sequence
from pathlib import Path

import pytest

import preprocess
from common.script import run
from tests.ml_code.tiny import EVENT_TIME, FILLER, WORDS, make_reviews, write_reviews

SMALL = {
    "hidden_size": 64,
    "num_hidden_layers": 2,
    "num_attention_heads": 2,
    "intermediate_size": 128,
    "hidden_dropout_prob": 0.0,
    "attention_probs_dropout_prob": 0.0,
    "initializer_range": 0.1,  # larger than usual: so small a model learns from any seed then
}


@pytest.fixture(scope="session")
def base_model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small BERT that knows the words of the tiny reviews."""
    words = [*FILLER, *(word for words in WORDS.values() for word in words)]
    return make_base_model(tmp_path_factory.mktemp("base"), words)


def make_base_model(folder: Path, words: Sequence[str]) -> Path:
    """A BERT of two small layers with a word-level vocabulary, as a base model folder."""
    import torch
    from tokenizers import Tokenizer, models, normalizers, pre_tokenizers, processors
    from transformers import BertConfig, BertModel, PreTrainedTokenizerFast

    words = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", *words]
    vocabulary = {word: at for at, word in enumerate(words)}
    tokenizer = Tokenizer(models.WordLevel(vocabulary, unk_token="[UNK]"))
    tokenizer.normalizer = normalizers.Lowercase()
    tokenizer.pre_tokenizer = pre_tokenizers.Whitespace()
    tokenizer.post_processor = processors.TemplateProcessing(
        single="[CLS] $A [SEP]", special_tokens=[("[CLS]", 2), ("[SEP]", 3)]
    )
    PreTrainedTokenizerFast(
        tokenizer_object=tokenizer,
        unk_token="[UNK]",
        pad_token="[PAD]",
        cls_token="[CLS]",
        sep_token="[SEP]",
    ).save_pretrained(folder)
    config = BertConfig(
        vocab_size=len(words),
        max_position_embeddings=64,
        **SMALL,
    )
    torch.manual_seed(1)
    BertModel(config).save_pretrained(folder)
    return folder


@pytest.fixture(scope="session")
def small_roberta(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A RoBERTa of one small layer with a byte-level vocabulary, as a base model folder."""
    import torch
    from tokenizers import Tokenizer, decoders, models, pre_tokenizers, processors, trainers
    from transformers import PreTrainedTokenizerFast, RobertaConfig, RobertaModel

    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    special = ["<s>", "<pad>", "</s>", "<unk>", "<mask>"]
    trainer = trainers.BpeTrainer(
        vocab_size=500,
        special_tokens=special,
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
        show_progress=False,
    )
    tokenizer.train_from_iterator([text for text, _ in make_reviews(60)], trainer)
    tokenizer.post_processor = processors.RobertaProcessing(("</s>", 2), ("<s>", 0))
    folder = tmp_path_factory.mktemp("roberta")
    PreTrainedTokenizerFast(
        tokenizer_object=tokenizer,
        unk_token="<unk>",
        pad_token="<pad>",
        cls_token="<s>",
        sep_token="</s>",
        mask_token="<mask>",
    ).save_pretrained(folder)
    config = RobertaConfig(
        vocab_size=len(tokenizer.get_vocab()),
        max_position_embeddings=66,
        type_vocab_size=1,
        **SMALL,
    )
    torch.manual_seed(1)
    RobertaModel(config).save_pretrained(folder)
    return folder


@pytest.fixture(scope="session")
def session_features(base_model: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Features of 80 reviews a class, for tests that train."""
    folder = tmp_path_factory.mktemp("features")
    source = write_reviews(folder / "reviews.csv", make_reviews(80))
    arguments = [f"--input-data={source}", f"--base-model={base_model}"]
    arguments += [f"--output-data={folder}", f"--event-time={EVENT_TIME}"]
    arguments += [f"--message-file={folder / 'message'}"]
    assert run(preprocess.main, arguments) == 0
    return folder


@pytest.fixture(scope="session")
def trained(
    base_model: Path, session_features: Path, tmp_path_factory: pytest.TempPathFactory
) -> Path:
    """The folder of a finished training: model/ and output/."""
    import train

    folder = tmp_path_factory.mktemp("trained")
    arguments = [
        f"--base-model={base_model}",
        f"--train-data={session_features / 'train'}",
        f"--validation-data={session_features / 'validation'}",
        f"--model-dir={folder / 'model'}",
        f"--output-data-dir={folder / 'output'}",
        "--epochs=12",
        "--batch-size=16",
        "--learning-rate=0.002",
        "--precision=fp32",
        "--max-length=32",
    ]
    assert run(train.main, arguments) == 0
    return folder
