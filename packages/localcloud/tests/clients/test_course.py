"""The lab cells of a course, from processing to an A/B endpoint, as a newcomer runs them.

One run of course/labs.py with `localcloud exec --role`. A small RoBERTa stands for roberta-base.
"""

import csv
import json
import os
import random
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from localcloud.server import LocalCloud

pytestmark = pytest.mark.timeout(500)
COURSE = Path(__file__).with_name("course")
WORDS = {
    1: ["awful", "broken", "refund"],
    3: ["okay", "average", "plain"],
    5: ["lovely", "perfect", "great"],
}
FILLER = ["the", "dress", "was", "and", "it", "fits", "i", "my", "a", "very"]
FEATURES = ["date", "review_id", "sentiment", "label_id", "input_ids", "review_body"]


def make_reviews() -> list[tuple[str, int]]:
    """Twenty of each rating: text, rating."""
    chance = random.Random(1)
    rows = [
        (" ".join([*chance.choices(words + FILLER, k=8), f"n{number}"]), rating)
        for rating, words in WORDS.items()
        for number in range(20)
    ]
    chance.shuffle(rows)
    return rows


def write_reviews(path: Path, rows: list[tuple[str, int]]) -> None:
    with path.open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["", "Review Text", "Rating"])
        writer.writerows((number, *row) for number, row in enumerate(rows))


def write_base_model(folder: Path, texts: list[str]) -> None:
    """A RoBERTa of one small layer, and a byte-level vocabulary of these texts."""
    from tokenizers import Tokenizer, decoders, models, pre_tokenizers, processors, trainers
    from transformers import PreTrainedTokenizerFast, RobertaConfig

    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=400,
        special_tokens=["<s>", "<pad>", "</s>", "<unk>", "<mask>"],
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
        show_progress=False,
    )
    tokenizer.train_from_iterator(texts, trainer)
    tokenizer.post_processor = processors.RobertaProcessing(("</s>", 2), ("<s>", 0))
    PreTrainedTokenizerFast(
        tokenizer_object=tokenizer,
        unk_token="<unk>",
        pad_token="<pad>",
        cls_token="<s>",
        sep_token="</s>",
        mask_token="<mask>",
    ).save_pretrained(folder)
    RobertaConfig(
        vocab_size=len(tokenizer.get_vocab()),
        max_position_embeddings=66,
        type_vocab_size=1,
        hidden_size=32,
        num_hidden_layers=1,
        num_attention_heads=2,
        intermediate_size=64,
    ).save_pretrained(folder)


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """What the labs have found."""
    source: Path = tmp_path_factory.mktemp("labs") / "src"
    shutil.copytree(COURSE / "src", source)
    rows = make_reviews()
    write_reviews(source / "reviews.csv", rows)
    write_base_model(source / "base_model", [text for text, _ in rows])
    with LocalCloud(data_dir=tmp_path_factory.mktemp("cloud")) as cloud:
        server = ["--data-dir", str(cloud.data_dir), "--role", "Notebook"]
        labs = [sys.executable, str(COURSE / "labs.py"), str(source)]
        finished = subprocess.run(
            [sys.executable, "-m", "localcloud", "exec", *server, "--", *labs],
            env={**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))},
            capture_output=True,
            text=True,
            timeout=450,
            check=False,
        )
    assert finished.returncode == 0, finished.stdout[-3000:] + finished.stderr[-3000:]
    result: dict[str, Any] = json.loads(finished.stdout.splitlines()[-1].removeprefix("!"))
    return result


def test_a_newcomers_session_has_a_role_and_a_bucket(found: dict[str, Any]) -> None:
    assert found["role"] == "arn:aws:iam::000000000000:role/Notebook"
    assert found["bucket"] == "sagemaker-us-east-1-000000000000"


def test_the_processing_job_writes_files_and_ingests_into_its_own_group(
    found: dict[str, Any],
) -> None:
    assert [line.split()[-1] for line in found["listed"]] == ["part-algo-1-reviews.tsv"]
    assert set(found["tsv"]) == set(FEATURES)
    assert found["by_split"] == {"train": 36, "validation": 12, "test": 12}
    assert found["first"] == {"columns": FEATURES, "rows": 5}


def test_the_training_has_metrics_and_a_profile(found: dict[str, Any]) -> None:
    assert found["begun"] == "InProgress"
    assert 0 < found["metrics"]["validation:loss"] < 3
    assert 0 <= found["metrics"]["validation:accuracy"] <= 100
    assert "profiler-report.html" in found["report"]
    assert "LocalPath" in found["profiled"]  # kept, and without effect


def test_the_predictor_reads_and_writes_json_lines(found: dict[str, Any]) -> None:
    assert len(found["predictions"]) == 3
    for answer in found["predictions"]:
        assert answer["predicted_label"] in (-1, 0, 1)
        assert 1 / 3 <= answer["probability"] <= 1


def test_two_variants_share_the_requests_until_one_has_all_of_them(found: dict[str, Any]) -> None:
    requests, before, after = found["requests"], found["both"]["Invocations"], found["shifted"]
    assert sum(before.values()) == requests
    assert all(share > 0 for share in before.values())
    assert after["VariantA"] == before["VariantA"]
    assert after["VariantB"] == before["VariantB"] + requests
    assert found["both"]["InvocationsPerInstance"] == before  # of one instance each
    assert all(latency > 0 for latency in found["both"]["ModelLatency"].values())


def test_a_variant_can_be_scaled(found: dict[str, Any]) -> None:
    (target,) = found["targets"]
    assert target.endswith("/variant/VariantB")
