import gzip
import json
import subprocess
from hashlib import sha256
from pathlib import Path

import pytest
from typer.testing import CliRunner

from reviews.cli.main import app
from tests.fake_aws import Refused
from tests.reviews.cli.commands import Reviews
from tests.reviews.cli.csv_table import ROWS, TABLE
from tests.reviews.worlds.runs_world import ARN, RunsWorld

KEY = f"reviews/{sha256(TABLE.encode()).hexdigest()[:12]}/reviews.csv"


def test_run_starts_an_execution_with_the_uploaded_csv(
    runs: RunsWorld, reviews: Reviews, csv: str
) -> None:
    result = reviews("run", csv, "--name", "mine", "--set", "training.epochs=3")
    document = {"reviews": f"s3://data/{KEY}", "training": {"epochs": 3}}
    assert runs.calls == [f"keep data/{KEY}", f"start mine {json.dumps(document)}"]
    assert (result.code, result.out) == (
        0,
        "Started mine. Follow it: reviews status mine --wait --env dev\n",
    )


def test_run_without_reuse_tells_prepare(runs: RunsWorld, reviews: Reviews, csv: str) -> None:
    document = {"reviews": f"s3://data/{KEY}", "reuse": False}
    for name, *option in (("a", "--no-reuse"), ("b", "--set", "reuse=false")):
        assert reviews("run", csv, "--name", name, *option, "--json").json["input"] == document
    refused = reviews("run", csv, "--set", "reuse=no")
    assert refused.err == "--set reuse=no: 'no' must be true or false\n"
    words = ("--set", "start_at=evaluation", "--set", "from_run=a", "--no-reuse")
    refused = reviews("run", *words)
    assert refused.err == "--no-reuse: a run that starts at evaluation reuses nothing\n"


def test_run_with_json_prints_what_it_started(runs: RunsWorld, reviews: Reviews, csv: str) -> None:
    result = reviews("run", csv, "--name", "mine", "--json")
    document = {"reviews": f"s3://data/{KEY}"}
    assert result.json == {"run": "mine", "arn": f"{ARN}mine", "input": document}


def test_run_names_a_missing_file_and_starts_nothing(runs: RunsWorld, reviews: Reviews) -> None:
    result = reviews("run", "none.csv")
    assert (result.code, result.err) == (1, "none.csv: there is no such file\n")
    assert runs.calls == []


def test_run_prints_what_it_read_in_the_file(runs: RunsWorld, reviews: Reviews, csv: str) -> None:
    rows = TABLE.replace("text 01,1", ",1").replace("text 75,5", "text 75,6")
    Path(csv).write_text(rows + "text 8,1\ntext 9,5\n")
    result = reviews("run", csv)
    assert "24 of 26 rows can be used: negative 8, neutral 8, positive 8\n" in result.err
    assert "not used: 1 x no text (first: reviews.csv line 2, Rating '1'); 1 x rating" in result.err
    Path(csv).write_text(TABLE.replace("Review Text", "Title,Review Text").replace("text", "T,x"))
    assert "the title 'Title' is joined to the text 'Review Text'\n" in reviews("run", csv).err


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "the file is empty"),
        (b"PK\x03\x04", "the file is a zip archive; unpack it: unzip "),
        (b"caf\xe9,b\n", "not UTF-8: byte 0xe9 in line 1, at offset 3"),
        (b"Review Text,Rating\n", "there is a header but no row"),
        (b"Review Text,Rating\n" + b"so, so,3\n" * 3, "3 of 3 rows cannot be used, more than"),
        (TABLE.replace("\ntext 03,3", "").encode(), "neutral has 7 reviews; every split needs one"),
        (
            TABLE.replace("Review Text,Rating", "review,sentiment").encode(),
            "no column named 'Review Text', 'Rating'; the columns are 'review', 'sentiment'. It "
            "looks like an export of IMDB: run again with --detect-columns, or with --set "
            "columns.text=review --set columns.rating=sentiment --set columns.title=",
        ),
    ],
)
def test_a_file_that_the_preparation_would_refuse_is_refused_before_the_upload(
    runs: RunsWorld, reviews: Reviews, csv: str, content: bytes, reason: str
) -> None:
    Path(csv).write_bytes(content)
    result = reviews("run", csv)
    assert (result.code, result.err.startswith(f"{csv}: {reason}")) == (1, True)
    assert runs.calls == []


def test_a_folder_is_refused_as_one(
    runs: RunsWorld, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("-my files").mkdir()
    for number in range(2):
        end = "\n" * number  # the first file does not end in a line feed
        Path(f"-my files/-{number}.jsonl").write_text(f'{{"n": {number}}}{end}')
    said = CliRunner().invoke(app, ["run", "--env", "dev", "--", "-my files"]).stderr
    assert said.startswith("-my files: is a folder; give one file of reviews (several of")
    pack = said.partition("into one: ")[2].removesuffix(")\n")
    subprocess.run(["/bin/sh", "-c", pack], check=True, timeout=60)
    assert gzip.decompress(Path("all.jsonl.gz").read_bytes()) == b'{"n": 0}\n{"n": 1}\n'


def test_an_empty_name_is_no_folder(runs: RunsWorld, reviews: Reviews) -> None:
    assert reviews("run", "").err.startswith("Give a file of reviews, or continue from an earlier")


def test_a_command_is_for_the_path_as_it_was_typed(
    runs: RunsWorld, reviews: Reviews, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("f").mkdir()
    Path("f/array.json").write_text('[{"Review Text": "soft"}]')
    assert reviews("run", "f/array.json").err == (
        "f/array.json: the file is one JSON array; write a line for each review: jq -c '.[]' < "
        "f/array.json > converted-array.jsonl\n"
    )


def test_rows_of_one_text_are_refused_before_the_upload(
    runs: RunsWorld, reviews: Reviews, csv: str
) -> None:
    Path(csv).write_text("Review Text,Rating\n" + "soft,5\nSOFT,3\n" * 30)
    result = reviews("run", csv)
    assert "negative has 0, neutral has 1, positive has 0 reviews; every split" in result.err
    assert runs.calls == []


def test_rows_that_repeat_a_text_are_told(runs: RunsWorld, reviews: Reviews, csv: str) -> None:
    Path(csv).write_text(TABLE + ROWS)
    said = reviews("run", csv).err
    assert "rows that repeat the text of another one, and are left out: 24\n" in said


def test_a_file_of_s3_is_examined_and_copied_like_one_of_this_machine(
    runs: RunsWorld, reviews: Reviews
) -> None:
    runs.objects["exports/reviews.csv"] = TABLE.encode()
    result = reviews("run", "s3://exports/exports/reviews.csv", "--json")
    assert result.json["input"] == {"reviews": f"s3://data/{KEY}"}
    assert "24 of 24 rows can be used" in result.err


def test_a_command_for_a_file_of_s3_fetches_it_first(runs: RunsWorld, reviews: Reviews) -> None:
    runs.objects["my exports/-r.json"] = b'[{"Review Text": "soft"}]'
    uri = "s3://exports/my exports/-r.json"
    assert reviews("run", uri).err == (
        f"{uri}: the file is one JSON array; write a line for each review: "
        f"aws s3 cp '{uri}' . && jq -c '.[]' < ./-r.json > converted--r.jsonl\n"
    )
    assert runs.calls == []
    gone = reviews("run", "s3://exports/gone.csv")
    assert gone.err.startswith("s3://exports/gone.csv: cannot be read: ")


def test_detect_columns_takes_those_of_a_known_export(
    runs: RunsWorld, reviews: Reviews, csv: str
) -> None:
    header = "Review Score,Review Title,Review Content"
    lines = [line.split(",") for line in ROWS.splitlines()]
    table = "\n".join([header, *(f"{rating},T,{text}" for text, rating in lines)])
    Path(csv).write_text(table)
    result = reviews("run", csv, "--detect-columns", "--json")
    assert result.json["input"]["columns"] == {
        "text": "Review Content",
        "rating": "Review Score",
        "title": "Review Title",
    }
    assert "looks like an export of Yotpo: --set 'columns.text=Review Content'" in result.err
    Path(csv).write_text(table.replace("Review Score", "Points"))
    result = reviews("run", csv, "--detect-columns")
    assert (
        f"{csv}: --detect-columns knows no export like it; the columns are 'Points'" in result.err
    )
    assert "--detect-columns: only with FILE" in reviews("run", "--detect-columns").err


def test_a_run_may_allow_more_rejected_rows(runs: RunsWorld, reviews: Reviews, csv: str) -> None:
    Path(csv).write_text(TABLE + "so, so,3\n" * 20)
    assert "max_rejected_share allows" in reviews("run", csv).err
    result = reviews("run", csv, "--set", "max_rejected_share=0.5", "--json")
    assert result.json["input"]["max_rejected_share"] == 0.5
    result = reviews("run", csv, "--set", "max_rejected_share=2")
    assert result.err == "--set max_rejected_share=2: 2 must be a number from 0 to 1\n"
    result = reviews("run", csv, "--set", "columns.text=")
    assert result.err == "--set columns.text=: '' must be a column's name\n"


def test_a_setting_that_no_run_has_is_refused_before_anything_is_uploaded(
    runs: RunsWorld, reviews: Reviews, csv: str
) -> None:
    result = reviews("run", csv, "--set", "training.epoch=3", "--json")
    assert result.code == 1
    assert result.json["error"]["message"].startswith(
        "--set training.epoch: there is no such field"
    )
    assert runs.calls == []


@pytest.mark.parametrize(
    ("words", "message"),
    [
        ((), "Give a file of reviews, or continue from an earlier run: "),
        (("--name", "my run"), "--name 'my run': ' ' is not allowed in the name of an execution"),
        (("--name", "a/b"), "--name 'a/b': '/' is not allowed"),
        (("--name", "try(1)"), "--name 'try(1)': '(' is not allowed"),
        (("--name", "line\nbreak"), r"--name 'line\nbreak': '\n' is not allowed"),
        (("--name", "x" * 81), "has 81 characters; at most 80 are allowed"),
    ],
)
def test_an_invalid_input_is_refused_before_the_file_is_read(
    runs: RunsWorld, reviews: Reviews, words: tuple[str, ...], message: str
) -> None:
    result = reviews("run", *words, *(["none.csv"] if words else []))
    assert result.code == 1
    assert message in result.err
    assert runs.calls == []


def test_a_name_that_was_used_is_refused(runs: RunsWorld, reviews: Reviews, csv: str) -> None:
    runs.add("mine")
    result = reviews("run", csv, "--name", "mine")
    assert result.code == 1
    assert result.err.endswith("\n--name mine: already the name of an execution\n")


@pytest.mark.usefixtures("patient")
def test_a_run_that_is_waited_for_shows_its_steps_and_ends_with_its_evaluation(
    runs: RunsWorld, reviews: Reviews
) -> None:
    runs.add("mine", status="RUNNING", reached=("process",))
    actions = iter([lambda: None, lambda: None, lambda: runs.end("mine", "SUCCEEDED")])
    runs.on_describe = lambda: next(actions, lambda: None)()
    result = reviews("status", "mine", "--wait")
    assert result.code == 0
    assert "Process: running 50%" in result.err
    assert "Process: done" in result.err
    assert result.out.startswith("Test accuracy 0.810")


@pytest.mark.usefixtures("patient")
def test_a_run_that_fails_prints_the_reason_and_the_next_commands(
    runs: RunsWorld, reviews: Reviews
) -> None:
    runs.add("mine", status="FAILED", reached=("process", "train"))
    result = reviews("status", "mine", "--wait")
    assert result.code == 1
    assert "  train begins\n" in result.err  # the end of the log
    assert "Its log: reviews logs train --run mine --env dev\n" in result.err
    assert "reviews redrive mine --env dev\n" in result.err
    assert result.err.endswith("error: Train\n  cause: Train: no memory\n")
    assert reviews("status", "mine", "--wait", "--json").json["error"]["kind"] == "ExecutionFailed"


def test_whose_credentials_expire_meanwhile_is_told_how_to_follow_the_run_again(
    runs: RunsWorld, reviews: Reviews
) -> None:
    runs.add("mine", status="RUNNING")

    def expire() -> None:
        raise Refused("ExpiredTokenException", "The security token included is expired")

    def found() -> None:
        runs.on_describe = expire

    runs.on_describe = found
    result = reviews("status", "mine", "--wait")
    assert result.code == 1
    assert "Follow it again: reviews status mine --wait --env dev\n" in result.err
    assert "The security token included is expired" in result.err


@pytest.mark.parametrize("more", [(), ("--json",)])
def test_ctrl_c_leaves_the_run_running_and_prints_how_to_follow_it(
    runs: RunsWorld, reviews: Reviews, more: tuple[str, ...]
) -> None:
    runs.add("mine", status="RUNNING")

    def interrupt() -> None:
        runs.on_describe = press

    def press() -> None:
        raise KeyboardInterrupt

    runs.on_describe = interrupt
    result = reviews("status", "mine", "--wait", *more)
    again = "mine is still running. Follow it again: reviews status mine --wait --env dev"
    assert result.code == 130
    assert again in (result.json["error"]["message"] if more else result.err)
    assert runs.calls == []
