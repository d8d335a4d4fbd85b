import json
from pathlib import Path

import pytest

from reviews.client.endpoint import predictions
from tests.fake_aws import Refused
from tests.reviews.cli.commands import Reviews
from tests.reviews.worlds.endpoint_world import NAME
from tests.reviews.worlds.runs_world import RunsWorld


@pytest.fixture
def file(tmp_path: Path) -> Path:
    found = tmp_path / "in.csv"
    found.write_text('id,Title,Review Text\n1,Nice,"soft,\nwarm"\n2,,\n3,,fits\n', encoding="utf-8")
    return found


def test_texts_are_answered_in_a_table(asked: list[list[str]], reviews: Reviews) -> None:
    result = reviews("predict", "one", "two")
    assert (result.code, result.out.count("neutral"), asked) == (0, 2, [["one", "two"]])


def test_texts_for_a_program_have_all_probabilities(
    asked: list[list[str]], reviews: Reviews
) -> None:
    assert reviews("predict", "one", "--json").json == [
        {"text": "one", "label": "neutral", "sentiment": 0, "probability": 0.5, "probabilities": {}}
    ]


def test_a_file_gets_predictions_and_rows_without_text_are_not_sent(
    asked: list[list[str]], reviews: Reviews, file: Path, tmp_path: Path
) -> None:
    out = tmp_path / "out.csv"
    result = reviews("predict", "--file", str(file), "--out", str(out))
    assert asked == [["Nice. soft, warm", "fits"]]
    assert out.read_text() == (
        "id,Title,Review Text,predicted_label,predicted_sentiment,predicted_probability,"
        "not_predicted\n"
        '1,Nice,"soft,\nwarm",neutral,0,0.5,\n2,,,,,,no text\n3,,fits,neutral,0,0.5,\n'
    )
    assert result.out == f"2 predictions in {out}\n"
    assert "Rows without a text, which get no prediction: 1\n" in result.err


def test_without_out_the_csv_is_the_answer(
    asked: list[list[str]], reviews: Reviews, file: Path
) -> None:
    result = reviews("predict", "--file", str(file), "--column", "id")
    assert result.out.splitlines()[-1] == "3,,fits,neutral,0,0.5,"
    assert asked == [["1", "2", "3"]]


def test_a_file_for_a_program(asked: list[list[str]], reviews: Reviews, file: Path) -> None:
    rows = reviews("predict", "--file", str(file), "--json").json
    assert [row["predicted_label"] for row in rows] == ["neutral", None, "neutral"]
    assert [row["not_predicted"] for row in rows] == [None, "no text", None]
    out = str(file.with_name("out.csv"))
    counts = reviews("predict", "--file", str(file), "--out", out, "--json").json
    assert counts == {"out": out, "predicted": 2, "without_text": 1}


def test_a_long_file_is_asked_about_in_several_requests(
    asked: list[list[str]], reviews: Reviews, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(predictions, "_TEXTS", 2)
    monkeypatch.setattr(predictions, "_BYTES", 14)
    file = tmp_path / "in.csv"
    file.write_text("Review Text\n" + "\n".join(["a", "b", "c", "d" * 9, "e"]))
    assert reviews("predict", "--file", str(file)).code == 0
    assert asked == [["a", "b"], ["c", "d" * 9], ["e"]]


def test_an_existing_file_is_unchanged_when_the_endpoint_fails(
    runs: RunsWorld, reviews: Reviews, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(**_: object) -> None:
        raise Refused("ModelError", "the model is out of memory")

    monkeypatch.setattr(runs, "invoke_endpoint", refuse, raising=False)
    out = file.with_name("out.csv")
    out.write_text("older")
    result = reviews("predict", "--file", str(file), "--out", str(out), "--json")
    assert result.code == 1
    assert result.json["error"] == {
        "kind": "EndpointUnavailable",
        "message": f"Endpoint {NAME} did not answer: the model is out of memory",
    }
    assert out.read_text() == "older"
    assert sorted(path.name for path in file.parent.iterdir()) == ["in.csv", "out.csv"]


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"text\ngood\n", "there is no column 'Review Text'; the columns are 'text': name that of"),
        (b"Review Text\ngood,bad\n", "line 2 has more fields than the header"),
        (b",Review Text,Rating\n0,a,5\n1,Nice, but small,4\n", "line 3 has more fields than the"),
        (
            b'id,Review Text\n5,a\n1,"Broke at once\n3,ok\n4,b\n',
            "line 3 has a quote out of place; a quote within a quoted",
        ),
        (b"Review Text\n\xff\n", "not UTF-8: byte 0xff in line 2, at offset 12"),
        (b"", "the file is empty"),
        (b"PK\x03\x04", "the file is a zip archive; unpack it"),
        (b"Review Text,x,Review Text\na,1,b\n", "2 columns are named 'Review Text'; rename"),
        (b"Title,Title,Review Text\na,1,b\n", "2 columns are named 'Title'; rename"),
        (b'{"Review Text": {"en": "soft"}}\n', "line 1 has an object, a list or bytes"),
        (b'{"Review Text": "a"}\n{"Review Text": ["b"]}\n', "line 2 has an object, a list"),
        (b"REVIEW TEXT,id\na,1\n", "there is no column 'Review Text'; the columns are 'REVIEW"),
        (b'{"Review Text": "a"}\nnothing\n', "line 2 has no JSON object"),
        (None, "there is no such file"),
    ],
)
def test_a_file_that_cannot_be_read_is_named(
    runs: RunsWorld, reviews: Reviews, tmp_path: Path, content: bytes | None, reason: str
) -> None:
    file = tmp_path / "in.csv"
    if content is not None:
        file.write_bytes(content)
    result = reviews("predict", "--file", str(file))
    assert result.code == 1
    assert f"{file}: {reason}" in result.err


@pytest.mark.parametrize(
    ("words", "given"),
    [
        (("--out", "x.csv"), "--out"),
        (("--column", "text"), "--column"),
        (("--out", "x.csv", "--column", "text"), "--out, --column"),
    ],
)
def test_options_of_a_file_are_refused_for_texts(
    asked: list[list[str]], reviews: Reviews, words: tuple[str, ...], given: str
) -> None:
    result = reviews("predict", "good", *words)
    assert (result.code, result.err) == (1, f"{given}: only with --file\n")
    assert asked == []


def test_the_name_of_the_result_says_its_format(
    asked: list[list[str]], reviews: Reviews, file: Path
) -> None:
    out = file.with_name("out.jsonl")
    assert reviews("predict", "--file", str(file), "--out", str(out)).code == 0
    rows = [json.loads(line) for line in out.read_text().splitlines()]
    assert [row["predicted_label"] for row in rows] == ["neutral", None, "neutral"]
    refused = reviews("predict", "--file", str(file), "--out", str(out.with_suffix(".xlsx")))
    assert "its name has to end in one of .csv, .jsonl, .ndjson" in refused.err


@pytest.mark.parametrize("words", [(), ("good", "--file", "in.csv")])
def test_either_texts_or_a_file_are_wanted(
    runs: RunsWorld, reviews: Reviews, words: tuple[str, ...]
) -> None:
    result = reviews("predict", *words)
    assert result.code == 1
    assert result.err == ("Give either texts, or a file: reviews predict --file FILE --env dev\n")


def test_cells_of_the_user_are_never_changed(
    asked: list[list[str]], reviews: Reviews, tmp_path: Path
) -> None:
    """Also those of columns that are called as ours, or twice by the same name."""
    header = "Review Text,label,predicted_label,PREDICTED_LABEL_2,x,x"
    file = tmp_path / "in.csv"
    file.write_text(f'{header}\n"a &amp; b<br>",GOLD,mine,"0,50",1, 2 \n')
    result = reviews("predict", "--file", str(file))
    assert result.out == (
        f"{header},predicted_label_3,predicted_sentiment,predicted_probability,not_predicted\n"
        'a &amp; b<br>,GOLD,mine,"0,50",1, 2 ,neutral,0,0.5,\n'
    )
    assert asked == [["a & b"]]
    (row,) = reviews("predict", "--file", str(file), "--json").json
    assert (row["x"], row["x_2"], row["label"]) == ("1", " 2 ", "GOLD")


def test_out_is_checked_before_the_endpoint_is_asked(
    asked: list[list[str]], reviews: Reviews, file: Path
) -> None:
    folder = file.with_name("folder.csv")
    folder.mkdir()
    for out, reason in (
        (folder, "is a folder; give the name of a file"),
        (folder / "none" / "out.csv", "there is no folder"),
        (file, "is the file that is read; give another name"),
    ):
        result = reviews("predict", "--file", str(file), "--out", str(out))
        assert (result.code, f"{out}: {reason}" in result.err) == (1, True)
    assert asked == []


def test_the_columns_are_those_of_the_run_that_serves(
    runs: RunsWorld,
    asked: list[list[str]],
    reviews: Reviews,
    tmp_path: Path,
) -> None:
    runs.deploy()
    runs.tags = [{"Key": "reviews:run", "Value": "mine"}]
    columns = {"text": "Review Content", "rating": "Review Score", "title": "Review Title"}
    runs.objects["runs/mine/run.json"] = json.dumps({"columns": columns}).encode()
    file = tmp_path / "yotpo.csv"
    file.write_text("Review Score,Review Title,Review Content\n5,Nice,soft\n")
    assert reviews("predict", "--file", str(file)).code == 0
    assert asked == [["Nice. soft"]]


@pytest.mark.parametrize("empty", ["", " ", "\u200b"])
def test_an_empty_text_is_refused_by_its_number(
    asked: list[list[str]], reviews: Reviews, empty: str
) -> None:
    result = reviews("predict", "good", empty)
    assert (result.code, result.err) == (1, f"text 2 is empty: {empty!r}\n")
    assert asked == []


def test_an_argument_that_is_not_utf8_is_refused_by_its_number(
    asked: list[list[str]], reviews: Reviews
) -> None:
    result = reviews("predict", "good", "bad \udcff")
    assert (result.code, result.err) == (1, "text 2 is not UTF-8: 'bad \\udcff'\n")
    assert asked == []
