import io
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from cli import predictions
from cli.review_files import joined
from ml_code import texts
from tests.cli.conftest import Said
from tests.cli.endpoint_world import NAME, Refused
from tests.cli.runs_world import RunsWorld

Reviews = Callable[..., Said]


@pytest.fixture
def asked(runs: RunsWorld, monkeypatch: pytest.MonkeyPatch) -> list[list[str]]:
    """The texts of each request to an endpoint that finds all of them neutral."""
    requests: list[list[str]] = []

    def answer(Body: bytes, **_: Any) -> dict[str, Any]:
        requests.append([json.loads(line)["features"][0] for line in Body.splitlines()])
        said = {"label": "neutral", "sentiment": 0, "probability": 0.5, "probabilities": {}}
        lines = "\n".join(json.dumps(said) for _ in requests[-1])
        return {"Body": io.BytesIO(lines.encode())}

    monkeypatch.setattr(runs, "invoke_endpoint", answer, raising=False)
    return requests


@pytest.fixture
def file(tmp_path: Path) -> Path:
    found = tmp_path / "in.csv"
    found.write_text('id,Title,Review Text\n1,Nice,"soft,\nwarm"\n2,,\n3,,fits\n', encoding="utf-8")
    return found


def test_texts_are_answered_in_a_table(asked: list[list[str]], reviews: Reviews) -> None:
    said = reviews("predict", "one", "two")
    assert (said.code, said.out.count("neutral"), asked) == (0, 2, [["one", "two"]])


def test_texts_for_a_program_have_all_probabilities(
    asked: list[list[str]], reviews: Reviews
) -> None:
    assert reviews("predict", "one", "--json").json == [
        {"text": "one", "label": "neutral", "sentiment": 0, "probability": 0.5, "probabilities": {}}
    ]


def test_a_file_comes_back_with_answers_and_nobody_is_asked_about_nothing(
    asked: list[list[str]], reviews: Reviews, file: Path, tmp_path: Path
) -> None:
    out = tmp_path / "out.csv"
    said = reviews("predict", "--file", str(file), "--out", str(out))
    assert asked == [["Nice. soft,\nwarm", "fits"]]
    assert out.read_text() == (
        "id,Title,Review Text,label,sentiment,probability\n"
        '1,Nice,"soft,\nwarm",neutral,0,0.5\n2,,,,,\n3,,fits,neutral,0,0.5\n'
    )
    assert said.out == f"2 predictions in {out}\n"
    assert "Rows without a text, and so without a prediction: 1\n" in said.err


def test_without_out_the_csv_is_the_answer(
    asked: list[list[str]], reviews: Reviews, file: Path
) -> None:
    said = reviews("predict", "--file", str(file), "--column", "id")
    assert said.out.splitlines()[-1] == "3,,fits,neutral,0,0.5"
    assert asked == [["1", "2", "3"]]


def test_a_file_for_a_program(asked: list[list[str]], reviews: Reviews, file: Path) -> None:
    rows = reviews("predict", "--file", str(file), "--json").json
    assert [row["label"] for row in rows] == ["neutral", None, "neutral"]
    out = str(file.with_name("out.csv"))
    counts = reviews("predict", "--file", str(file), "--out", out, "--json").json
    assert counts == {"out": out, "predicted": 2, "without_text": 1}


def test_a_long_file_is_asked_about_in_several_requests(
    asked: list[list[str]], reviews: Reviews, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(predictions, "_TEXTS", 2)
    monkeypatch.setattr(predictions, "_CHARACTERS", 10)
    file = tmp_path / "in.csv"
    file.write_text("Review Text\n" + "\n".join(["a", "b", "c", "d" * 9, "e"]))
    assert reviews("predict", "--file", str(file)).code == 0
    assert asked == [["a", "b"], ["c", "d" * 9], ["e"]]


def test_what_was_there_stays_when_the_endpoint_fails_half_way(
    runs: RunsWorld, reviews: Reviews, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(**_: object) -> None:
        raise Refused("ModelError", "the model is out of memory")

    monkeypatch.setattr(runs, "invoke_endpoint", refuse, raising=False)
    out = file.with_name("out.csv")
    out.write_text("older")
    said = reviews("predict", "--file", str(file), "--out", str(out), "--json")
    assert said.code == 1
    assert said.json["error"] == {
        "kind": "EndpointUnavailable",
        "message": f"Endpoint {NAME} did not answer: the model is out of memory",
    }
    assert out.read_text() == "older"
    assert sorted(path.name for path in file.parent.iterdir()) == ["in.csv", "out.csv"]


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"text\ngood\n", "there is no column 'Review Text'; it has text"),
        (b"Review Text\ngood,bad\n", "line 2 has more fields than the header"),
        (b"Review Text\n\xff\n", "not UTF-8 at byte"),
        (None, "there is no such file"),
    ],
)
def test_a_file_that_cannot_be_read_is_named(
    runs: RunsWorld, reviews: Reviews, tmp_path: Path, content: bytes | None, reason: str
) -> None:
    file = tmp_path / "in.csv"
    if content is not None:
        file.write_bytes(content)
    said = reviews("predict", "--file", str(file))
    assert said.code == 1
    assert f"{file}: {reason}" in said.err


@pytest.mark.parametrize("words", [(), ("good", "--file", "in.csv")])
def test_either_texts_or_a_file_are_wanted(
    runs: RunsWorld, reviews: Reviews, words: tuple[str, ...]
) -> None:
    said = reviews("predict", *words)
    assert said.code == 1
    assert said.err.startswith("Give either texts, or a file")


@pytest.mark.parametrize("title", ["", " Nice ", "Nice!", "Why?"])
def test_a_title_is_joined_as_before_the_training(title: str) -> None:
    assert joined(title, "body") == texts.joined(title, "body")
