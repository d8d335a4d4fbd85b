"""Scripts that are killed at any moment, and what they make when they are started again."""

import json
import tarfile
from pathlib import Path

import pytest

from contract.features import SPLITS
from tests.chaos import scripts
from tests.chaos.outcomes import Outcome, Tried
from tests.chaos.scripts import KILLED, Ended, Moment, hashes
from tests.ml_code.tiny import EVENT_TIME, make_reviews, write_reviews

pytestmark = pytest.mark.slow
AREA = "Jobs"
KILLS = range(10)


# -- preparation -----------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def many_reviews(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """More than a chunk, so that several processes work on them."""
    return write_reviews(tmp_path_factory.mktemp("many") / "reviews.csv", make_reviews(9_000))


def prepare(source: Path, base_model: Path, output: Path, kill: Moment | None = None) -> Ended:
    arguments = [f"--input-data={source}", f"--base-model={base_model}", "--max-length=32"]
    arguments += [f"--output-data={output}", f"--event-time={EVENT_TIME}", "--workers=2"]
    arguments += [f"--message-file={output / 'message'}"]
    return scripts.run("preprocess.py", arguments, kill=kill)


def prepared(output: Path) -> dict[str, str]:
    made = hashes(output, *SPLITS, "report")
    assert len(made) == len(SPLITS) + 1
    return made


@pytest.fixture(scope="module")
def preparation(
    many_reviews: Path, base_model: Path, tmp_path_factory: pytest.TempPathFactory
) -> tuple[list[Moment], dict[str, str]]:
    """When to kill it, and what it makes undisturbed."""
    output = tmp_path_factory.mktemp("prepared")
    ended = prepare(many_reviews, base_model, output)
    assert ended.code == 0, ended.output
    return list(ended.moments(len(KILLS), seed=1)), prepared(output)


@pytest.mark.parametrize("number", KILLS)
def test_a_killed_preparation_makes_the_same_splits_when_started_again(
    number: int,
    many_reviews: Path,
    base_model: Path,
    preparation: tuple[list[Moment], dict[str, str]],
    tmp_path: Path,
    tried: Tried,
) -> None:
    moments, expected = preparation
    assert prepare(many_reviews, base_model, tmp_path, kill=moments[number]).code == KILLED
    again = prepare(many_reviews, base_model, tmp_path)
    assert again.code == 0, again.output
    assert prepared(tmp_path) == expected
    tried(AREA, "preparation killed", Outcome.AGAIN)


# -- training --------------------------------------------------------------------------------------


def train(base_model: Path, features: Path, folder: Path, kill: Moment | None = None) -> Ended:
    places = (base_model, features, folder / "model", folder / "checkpoints")
    options = ("--epochs=4", "--batch-size=8", "--learning-rate=0.003", "--precision=fp32")
    arguments = scripts.train_arguments(*places, *options)
    return scripts.run("train.py", arguments, kill=kill)


@pytest.fixture(scope="module")
def training(
    base_model: Path, session_features: Path, tmp_path_factory: pytest.TempPathFactory
) -> tuple[list[Moment], str, dict[str, str]]:
    """When to kill it, its last line, and the model that it makes undisturbed."""
    folder = tmp_path_factory.mktemp("training")
    ended = train(base_model, session_features, folder)
    assert ended.code == 0, ended.output
    return list(ended.moments(len(KILLS), seed=2)), ended.lines[-1], model_of(folder)


def model_of(folder: Path) -> dict[str, str]:
    """Without the code that serves it."""
    made = hashes(folder / "model")
    assert {"model.safetensors", "tokenizer.json"} <= made.keys()
    return {name: made[name] for name in made if not name.startswith("code/")}


@pytest.mark.parametrize("number", KILLS)
def test_a_killed_training_goes_on_to_the_same_model(
    number: int,
    base_model: Path,
    session_features: Path,
    training: tuple[list[Moment], str, dict[str, str]],
    tmp_path: Path,
    tried: Tried,
) -> None:
    moments, last_line, model = training
    first = train(base_model, session_features, tmp_path, kill=moments[number])
    assert first.code == KILLED
    second = train(base_model, session_features, tmp_path)
    assert second.code == 0, second.output
    # It may have been killed before it had anything to go on from.
    assert ("Resumed at step" in second.output) or ("train:progress" not in first.output)
    assert second.lines[-1] == last_line
    assert model_of(tmp_path) == model
    tried(AREA, "training killed", Outcome.AGAIN)


# -- evaluation ------------------------------------------------------------------------------------


def evaluate(model: Path, features: Path, output: Path, kill: Moment | None = None) -> Ended:
    arguments = [f"--model={model}", f"--test-data={features / 'test'}"]
    arguments += [f"--output-data={output}", f"--message-file={output / 'message'}"]
    return scripts.run("evaluate.py", arguments, kill=kill)


@pytest.fixture(scope="module")
def archive(trained: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the model.tar.gz of a trained model."""
    folder = tmp_path_factory.mktemp("archive")
    with tarfile.open(folder / "model.tar.gz", "w:gz") as tar:
        tar.add(trained / "model", arcname=".")
    return folder


@pytest.fixture(scope="module")
def evaluation(
    archive: Path, session_features: Path, tmp_path_factory: pytest.TempPathFactory
) -> tuple[list[Moment], dict[str, str]]:
    """When to kill it, and the reports that it makes undisturbed."""
    output = tmp_path_factory.mktemp("evaluation")
    ended = evaluate(archive, session_features, output)
    assert ended.code == 0, ended.output
    assert json.loads((output / "evaluation.json").read_text())["rows"] > 0
    return list(ended.moments(len(KILLS), seed=3)), hashes(output)


@pytest.mark.parametrize("number", KILLS)
def test_a_killed_evaluation_makes_the_same_reports_when_started_again(
    number: int,
    archive: Path,
    session_features: Path,
    evaluation: tuple[list[Moment], dict[str, str]],
    tmp_path: Path,
    tried: Tried,
) -> None:
    moments, reports = evaluation
    assert evaluate(archive, session_features, tmp_path, kill=moments[number]).code == KILLED
    again = evaluate(archive, session_features, tmp_path)
    assert again.code == 0, again.output
    assert hashes(tmp_path) == reports
    tried(AREA, "evaluation killed", Outcome.AGAIN)
