import json

import pandas as pd
import pytest

from benchmarks import expert_preparation, expert_training
from tests.ml_code.tiny import FILLER, WORDS, make_reviews, write_reviews
from tests.ml_code.tiny_models import make_base_model


def test_the_expert_prepares_balanced_classes_of_texts_that_do_not_repeat(tmp_path):
    words = [*FILLER, *(word for words in WORDS.values() for word in words)]
    base_model = make_base_model(tmp_path / "base", words)
    reviews = make_reviews(40)
    positive = [row for row in reviews if row[1] == "5"][:10]
    rows = [row for row in reviews if row[1] != "5"] + positive * 2
    source = write_reviews(tmp_path / "r.csv", rows)
    expert_preparation.main(source, tmp_path / "out", str(base_model))
    parts = [
        pd.read_csv(tmp_path / "out" / f"{name}.csv") for name in ("train", "validation", "test")
    ]
    assert [len(part) for part in parts] == [24, 3, 3]
    found = pd.concat(parts)
    assert found["label_id"].value_counts().to_dict() == {0: 10, 1: 10, 2: 10}
    assert found["Review Text"].is_unique
    assert all(json.loads(ids)[0] == 2 for ids in found["input_ids"])


def test_a_trial_counts_with_the_time_before_its_first_steps(monkeypatch):
    monkeypatch.setattr(expert_training, "_WARM_UP", 2)
    monkeypatch.setattr(expert_training, "_TRIED_STEPS", 4)
    clock = expert_training._Clock()
    clock.times = [0.0, 50.0, 60.0, 61.0, 62.0, 63.0, 64.0]
    assert clock.estimate(steps=102) == pytest.approx(60 + 100 * 1)


def test_the_expert_trains_a_model_that_predicts_texts_it_has_not_seen(tmp_path):
    words = [*FILLER, *(word for words in WORDS.values() for word in words)]
    base_model = make_base_model(tmp_path / "base", words)
    rows = [
        {"review_body": text, "label_id": ("1", "3", "5").index(rating)}
        for text, rating in make_reviews(60)
    ]
    for name, part in (("train", rows[:120]), ("validation", rows[120:150]), ("test", rows[150:])):
        (tmp_path / name).mkdir()
        pd.DataFrame(part).to_csv(tmp_path / name / "part.csv", index=False)
    recipe = {"num_train_epochs": 8, "learning_rate": 3e-3, "max_length": 32}
    found = expert_training._Training(tmp_path, str(base_model), **recipe).run({})
    assert found["accuracy"] > 0.8
