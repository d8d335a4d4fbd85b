"""`reviews predict --file` reads a file as `reviews run` does."""

import gzip
import os
from pathlib import Path

import pytest

from tests.reviews.cli.commands import Reviews
from tests.reviews.worlds.runs_world import RunsWorld


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("in.csv.gz", gzip.compress(b"Review Text,Rating\nLovely,5\n", mtime=0)),
        ("IN.CSV", b"Review Text,Rating\r\nLovely,5\r\n"),
        ("in.tsv", b"Review Text\tRating\nLovely\t5\n"),
        ("utf16.csv", "Review Text;Rating\nLovely;5\n".encode("utf-16")),
        ("in.jsonl", b'{"Review Text": "Lovely", "Rating": 5}\n'),
    ],
)
def test_a_file_is_read_as_run_reads_it(
    asked: list[list[str]], reviews: Reviews, tmp_path: Path, name: str, content: bytes
) -> None:
    (tmp_path / name).write_bytes(content)
    result = reviews("predict", "--file", str(tmp_path / name))
    assert result.out.splitlines()[1] == "Lovely,5,neutral,0,0.5,"
    assert asked == [["Lovely"]]


def test_quotes_out_of_place_are_read_as_run_reads_them(
    asked: list[list[str]], reviews: Reviews, tmp_path: Path
) -> None:
    """By the rating, which tells a row from the rest of a text."""
    file = tmp_path / "in.csv"
    file.write_text('Rating,Review Text\n5,a\n1,"Broke at once\n3,ok\n')
    result = reviews("predict", "--file", str(file))
    assert result.out.splitlines()[1:] == [
        "5,a,neutral,0,0.5,",
        '1,"""Broke at once",neutral,0,0.5,',
        "3,ok,neutral,0,0.5,",
    ]
    assert asked == [["a", '"Broke at once', "ok"]]


def test_a_column_that_only_looks_the_same_is_the_column(
    asked: list[list[str]], reviews: Reviews, tmp_path: Path
) -> None:
    file = tmp_path / "in.csv"
    file.write_text("\ufeff\ufeffTitle, Review\u00a0Text\nNice,soft\n", encoding="utf-8")
    result = reviews("predict", "--file", str(file))
    assert result.out.splitlines()[0].startswith("Title, Review\u00a0Text,predicted_label")
    assert asked == [["Nice. soft"]]


def test_a_column_that_is_lacking_is_offered(
    runs: RunsWorld, reviews: Reviews, tmp_path: Path
) -> None:
    file = tmp_path / "in.csv"
    file.write_text("REVIEW_TEXT,id\na,1\n")
    result = reviews("predict", "--file", str(file))
    assert result.err.endswith(
        "name that of the texts with --column, such as --column REVIEW_TEXT\n"
    )


def test_a_file_of_s3_is_read_like_one_of_this_machine(
    runs: RunsWorld, asked: list[list[str]], reviews: Reviews
) -> None:
    runs.objects["exports/in.csv"] = b"Review Text,Rating\nsoft,5\n"
    assert reviews("predict", "--file", "s3://data/exports/in.csv").code == 0
    assert asked == [["soft"]]
    said = reviews("predict", "--file", "s3://data")
    assert (said.code, said.err) == (1, "'s3://data' is not s3://bucket/key\n")


COMMANDS = (("predict", "--file"), ("score",), ("run",), ("feedback",))


@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
def test_a_file_that_is_none_is_named_before_aws_is_asked(
    no_aws: None, reviews: Reviews, tmp_path: Path, command: tuple[str, ...]
) -> None:
    (tmp_path / "in.csv").write_bytes(b"PK\x03\x04")
    said = reviews(*command, str(tmp_path / "gone.csv"))
    assert said.err == f"{tmp_path / 'gone.csv'}: there is no such file\n"
    said = reviews(*command, str(tmp_path / "in.csv"))
    assert f"{tmp_path / 'in.csv'}: the file is a zip archive" in said.err


@pytest.mark.parametrize("command", COMMANDS[:2], ids=" ".join)
def test_a_column_that_is_lacking_is_named_before_aws_is_asked(
    no_aws: None, reviews: Reviews, tmp_path: Path, command: tuple[str, ...]
) -> None:
    (tmp_path / "in.csv").write_text("Review Text,Rating\nsoft,5\n")
    words = (*command, str(tmp_path / "in.csv"), "--out", str(tmp_path / "out.csv"))
    assert "in.csv: there is no column 'Body'" in reviews(*words, "--column", "Body").err
    assert reviews(*words, "--column", "Review Text").err == "AWS was asked\n"


def test_a_pipe_is_named(runs: RunsWorld, reviews: Reviews, tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    result = reviews("predict", "--file", str(tmp_path / "pipe"))
    assert "is a pipe or a device; save its content in a file" in result.err


def test_cells_that_are_no_texts_come_back_as_they_were(
    asked: list[list[str]], reviews: Reviews, tmp_path: Path
) -> None:
    file = tmp_path / "in.jsonl"
    file.write_text('{"Review Text": "soft", "images": [], "more": {"a": [1]}}\n')
    result = reviews("predict", "--file", str(file))
    assert result.out.splitlines()[1] == 'soft,[],"{""a"": [1]}",neutral,0,0.5,'


def test_a_text_of_any_length_is_asked_about(
    asked: list[list[str]], reviews: Reviews, tmp_path: Path
) -> None:
    file = tmp_path / "long.csv"
    file.write_text("Review Text\n" + "very good " * 20_000 + "\n")
    assert reviews("predict", "--file", str(file)).code == 0
    assert asked[0][0].startswith("very good very")


def test_invisible_texts_and_those_that_stand_for_nothing_are_not_asked_about(
    asked: list[list[str]], reviews: Reviews, tmp_path: Path
) -> None:
    file = tmp_path / "in.csv"
    file.write_text("Review Text,id\n\u200b,1\n\u00a0,2\nN/A,3\n", encoding="utf-8")
    result = reviews("predict", "--file", str(file))
    assert [line.split(",")[-1] for line in result.out.splitlines()[1:]] == ["no text"] * 3
    assert asked == []
