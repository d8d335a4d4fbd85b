"""Data of another kind than the stars of the defaults: German texts of two classes."""

import csv
import json
import random
from pathlib import Path

import pytest

import evaluate
import inference
import preprocess
import train
from common.feature_files import read_frames
from common.labels import Labels
from common.script import run
from serving.request_handler import respond
from serving.request_parsing import CSV, JSON
from serving.response_formats import Predictions, serialise
from serving.review_model import prediction
from tests.ml_code.tiny import EVENT_TIME, write_reviews
from tests.ml_code.tiny_models import make_base_model

WORDS = {
    "schlecht": ["kaputt", "enttäuscht", "hässlich", "billig", "nie"],
    "gut": ["wunderbar", "schön", "bequem", "prima", "immer"],
}
FILLER = ["das", "kleid", "ist", "und", "die", "hose", "war"]
LABELS = "--labels=schlecht:-1/gut:1/=egal"


def make_rows(per_class: int) -> list[tuple[str, str]]:
    chance = random.Random(1)
    rows = []
    for rating, words in WORDS.items():
        for number in range(per_class):
            text = [chance.choice(words + FILLER) for _ in range(chance.randint(2, 9))]
            written = chance.choice([rating, rating.upper(), f" {rating.title()} "])
            rows.append((" ".join([*text, chance.choice(words), f"n{number}"]), written))
    chance.shuffle(rows)
    return rows


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> Path:
    words = [*FILLER, *(word for words in WORDS.values() for word in words)]
    return make_base_model(tmp_path_factory.mktemp("german"), words)


def prepare(base: Path, source: Path, target: Path, *extra: str) -> Path:
    arguments = [f"--input-data={source}", f"--output-data={target}", f"--base-model={base}"]
    arguments += [f"--event-time={EVENT_TIME}", "--text-column=Text", "--rating-column=Bewertung"]
    arguments += [f"--message-file={target / 'message'}", "--workers=1"]
    code = run(preprocess.main, [*arguments, *extra])
    assert code == 0, (target / "message").read_text()
    return target


def report(folder: Path) -> dict[str, object]:
    found: dict[str, object] = json.loads(
        (folder / "report" / "preparation-algo-1.json").read_text()
    )
    return found


@pytest.fixture(scope="module")
def trained(base: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """train/, validation/, test/, report/ and model/ of a CSV."""
    folder = tmp_path_factory.mktemp("run")
    rows = [*make_rows(80), ("das kleid ist da", "egal"), ("die hose", "mittel")]
    source = write_reviews(folder / "in" / "kleider.csv", rows, ("Text", "Bewertung"))
    prepare(base, source, folder, LABELS)
    places = [f"--{name}-data={folder / name}" for name in ("train", "validation")]
    recipe = ["--epochs=6", "--batch-size=16", "--learning-rate=0.002", "--precision=fp32"]
    recipe.append("--star-spread=0")
    arguments = [*places, f"--model-dir={folder / 'model'}", f"--base-model={base}", *recipe]
    assert run(train.main, [*arguments, LABELS]) == 0
    return folder


def test_ratings_that_are_texts_become_classes(trained):
    assert report(trained)["classes"] == {"schlecht": 80, "gut": 80}
    assert report(trained)["rejected"] == {
        "rating of no class": 1,
        "unknown rating": 1,
        "duplicate": 0,
    }
    (part,) = (trained / "train").glob("*.csv")
    with part.open(newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    found = {(row["sentiment"], row["label_id"], row["star_rating"]) for row in rows}
    assert found == {("-1", "0", ""), ("1", "1", "")}


def test_the_model_is_evaluated_and_serves_with_its_own_classes(trained, capfd):
    arguments = [f"--model={trained / 'model'}", f"--test-data={trained / 'test'}"]
    arguments += [f"--output-data={trained / 'out'}", f"--message-file={trained / 'message'}"]
    assert run(evaluate.main, arguments) == 0
    result = json.loads((trained / "out" / "evaluation.json").read_text())
    assert result["labels"] == list(result["per_class"]) == ["schlecht", "gut"]
    assert result["accuracy"] > 0.8
    assert "predicted gut" in (trained / "out" / "evaluation.html").read_text()

    config = json.loads((trained / "model" / "config.json").read_text())
    assert config["id2label"] == {"0": "schlecht", "1": "gut"}
    model = inference.model_fn(str(trained / "model"))
    body = '{"features": ["das kleid ist schön bequem prima"]}'
    response = respond(model, body, JSON, JSON)
    answer = json.loads(response.body)
    assert (answer["label"], answer["sentiment"]) == ("gut", 1)
    assert list(answer["probabilities"]) == ["schlecht", "gut"]
    assert "predicted 1 0 1\n" in capfd.readouterr().out


def test_a_champion_of_other_classes_is_not_compared(trained, tmp_path, capfd):
    other = tmp_path / "champion"
    other.mkdir()
    for path in (trained / "model").iterdir():
        if path.name != "config.json":
            (other / path.name).symlink_to(path)
    config = json.loads((trained / "model" / "config.json").read_text())
    config["id2label"] = {"0": "bad", "1": "good"}
    (other / "config.json").write_text(json.dumps(config))
    arguments = [f"--model={trained / 'model'}", f"--test-data={trained / 'test'}"]
    evaluate.main([*arguments, f"--output-data={tmp_path}", f"--champion={other}"])
    assert "champion" not in json.loads((tmp_path / "evaluation.json").read_text())
    assert "The champion is not compared: its classes are bad, good" in capfd.readouterr().out

    config["id2label"] = {"0": "gut", "1": "schlecht"}  # the same in another order
    (other / "config.json").write_text(json.dumps(config))
    evaluate.main([*arguments, f"--output-data={tmp_path}", f"--champion={other}"])
    result = json.loads((tmp_path / "evaluation.json").read_text())
    assert result["champion"]["accuracy"] == pytest.approx(1 - result["accuracy"], abs=1e-4)


def test_classes_without_sentiments_have_none_in_features_and_answers(base, trained, tmp_path):
    source = write_reviews(tmp_path / "in.csv", make_rows(20), ("Text", "Bewertung"))
    for form in ("csv", "parquet"):
        folder = prepare(base, source, tmp_path / form, "--labels=schlecht/gut", f"--format={form}")
        (part,) = (folder / "train").iterdir()
        (frame,) = read_frames(part, rows=1000)
        assert set(frame["sentiment"]) == set(frame["star_rating"]) == {""}
        assert set(frame["label_id"]) == {"0", "1"}
    model = inference.model_fn(str(trained / "model"))
    labels = Labels(names=model.classifier.labels.names)
    answer = prediction([0.25, 0.75], labels)
    assert answer == {
        "label": "gut",
        "probability": 0.75,
        "probabilities": {"schlecht": 0.25, "gut": 0.75},
    }
    assert serialise(Predictions([answer], is_list=False), CSV) == "gut,,0.75\n"


def test_stars_of_two_classes_leave_out_the_third_without_a_limit(base, tmp_path):
    rows = [(f"{text} {star}", str(star)) for text, _ in make_rows(20) for star in (1, 3, 5)]
    rows.append(("das kleid", "9"))
    source = write_reviews(tmp_path / "in.csv", rows, ("Text", "Bewertung"))
    folder = prepare(base, source, tmp_path, "--labels=schlecht=1,2/gut=4,5")
    found = report(folder)
    assert found["classes"] == {"schlecht": 40, "gut": 40}
    assert found["rejected"] == {
        "rating of no class": 40,  # of 121, four times what may be rejected
        "rating outside 1-5": 1,
        "duplicate": 0,
    }
    (part,) = (folder / "test").iterdir()
    (frame,) = read_frames(part, rows=1000)
    assert set(zip(frame["label_id"], frame["star_rating"], strict=True)) == {
        ("0", "1"),
        ("1", "5"),
    }


def test_a_spread_needs_stars(capfd):
    needed = ["--model-dir=m", "--train-data=t", "--validation-data=v", "--star-spread=0.7"]
    assert run(train.main, [*needed, LABELS]) == 1
    assert capfd.readouterr().err.splitlines()[-1] == (
        "--star-spread is 0.7; it must be 0 where ratings are texts, which have no neighbours"
    )
