"""`reviews score`: a file in batch."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from contract.names import run_id
from reviews.cli import progress
from reviews.client.environment import Environment
from reviews.client.scoring import parts
from tests.reviews.cli.commands import Reviews
from tests.reviews.worlds.endpoint_world import OUTPUTS
from tests.reviews.worlds.scoring_world import FAILURE, ScoringWorld

ROWS = 'id,Title,Review Text\n1,Nice,"soft,\nwarm"\n2,,\n3,,fits\n'
ANSWERED = (
    "id,Title,Review Text,predicted_label,predicted_sentiment,predicted_probability,not_predicted\n"
    '1,Nice,"soft,\nwarm",16 long,0,0.5,\n2,,,,,,no text\n3,,fits,4 long,0,0.5,\n'
)


@pytest.fixture
def world(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[ScoringWorld]:
    made = ScoringWorld()
    monkeypatch.setattr(Environment, "client", lambda _self, service: made.client(service))
    monkeypatch.setattr(Environment, "outputs", OUTPUTS)
    monkeypatch.setattr(progress, "_POLL_SECONDS", 0)
    monkeypatch.chdir(tmp_path)
    return made


@pytest.fixture
def file(tmp_path: Path) -> Path:
    found = tmp_path / "in.csv"
    found.write_text(ROWS, encoding="utf-8")
    return found


def test_a_file_comes_back_with_answers_in_its_order(
    world: ScoringWorld, reviews: Reviews, file: Path
) -> None:
    said = reviews("score", "in.csv")
    assert said.code == 0, said.err
    assert file.with_name("in-scored.csv").read_text() == ANSWERED
    ((name, given),) = world.inputs.items()
    assert given == {"input": f"s3://artefacts/scoring/{name}/input/", "version": 1}
    part = world.objects[f"scoring/{name}/input/part-000000.jsonl"]
    assert part == b'{"features": ["Nice. soft, warm", "fits"]}\n'
    assert said.out == (
        "2 predictions in in-scored.csv; rows without a text, and so without a prediction: 1\n"
        "Billed: 90 s on 1 x ml.m7i.2xlarge, USD 0.01\n"
    )
    assert (
        "in.csv: 2 of 3 rows have a text\nModel: version 1 (Approved), of run run-1\n" in said.err
    )
    assert "Score: done 1:30 parts=1/1" in said.err


def test_json_lines_by_the_name_and_counts_for_a_program(
    world: ScoringWorld, reviews: Reviews, file: Path
) -> None:
    said = reviews("score", "in.csv", "--out", "out.jsonl", "--json")
    assert (said.json["predicted"], said.json["without_text"]) == (2, 1)
    assert (said.json["billed_seconds"], said.json["instances"]) == (90, 1)
    rows = [json.loads(line) for line in Path("out.jsonl").read_text().splitlines()]
    assert rows[1] == {
        "id": "2",
        "Title": "",
        "Review Text": "",
        "predicted_label": None,
        "predicted_sentiment": None,
        "predicted_probability": None,
        "not_predicted": "no text",
    }


def test_a_file_of_s3_is_read_like_one_of_this_machine(
    world: ScoringWorld, reviews: Reviews
) -> None:
    world.objects["exports/in.csv"] = ROWS.encode()
    assert reviews("score", "s3://data/exports/in.csv").code == 0
    assert Path("in-scored.csv").read_text() == ANSWERED


@pytest.mark.parametrize(
    ("file", "reason"),
    [
        ("s3://data", "'s3://data' is not s3://bucket/key"),
        ("s3://data/gone.csv", "s3://data/gone.csv: cannot be read: "),
        ("gone.csv", "gone.csv: there is no such file"),
    ],
)
def test_a_file_that_is_not_there_is_named(
    world: ScoringWorld, reviews: Reviews, file: str, reason: str
) -> None:
    said = reviews("score", file)
    assert (said.code, reason in said.err) == (1, True), said.err


def test_two_that_start_at_once_have_two_names(
    world: ScoringWorld, reviews: Reviews, file: Path
) -> None:
    for number in range(3):
        assert reviews("score", "in.csv", "--out", f"{number}.csv").code == 0
    assert len(world.inputs) == 3
    assert all(run_id(name) == name for name in world.inputs)


def test_many_parts_are_joined_in_order(
    world: ScoringWorld, reviews: Reviews, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(parts, "_TEXTS", 3)
    texts = ["x" * number for number in range(1, 30)]
    (tmp_path / "many.csv").write_text("Review Text\n" + "\n".join(texts))
    assert reviews("score", "many.csv").code == 0
    answered = (tmp_path / "many-scored.csv").read_text().splitlines()[1:]
    assert [row.split(",")[1] for row in answered] == [f"{len(text)} long" for text in texts]
    assert len([key for key in world.objects if "/input/" in key]) == 10


@pytest.mark.parametrize(
    ("content", "words", "reason"),
    [
        ("", [], "in.csv: the file is empty"),
        ("Review Text\n", [], "there is a header but no row"),
        ("Review Text\nnan\n", [], "none of its 1 rows has a text"),
        ("Review Text\na,b\n", [], "line 2 has more fields than the header"),
        ("text\na\n", [], "there is no column 'Review Text'"),
        (ROWS, ["--version", "9"], "--version 9: reviews-dev has no such version; the newest is 2"),
        (ROWS, ["--out", "x.xlsx"], "x.xlsx: its name has to end in one of .csv, .jsonl, .ndjson"),
        (ROWS, ["--out", "in.csv"], "in.csv: is the file that is read; give another name"),
        (ROWS, ["--resume", "score-9"], "There is no scoring named score-9"),
    ],
)
def test_what_cannot_be_scored_is_told_before_anything_is_uploaded(
    world: ScoringWorld,
    reviews: Reviews,
    file: Path,
    content: str,
    words: list[str],
    reason: str,
) -> None:
    file.write_text(content)
    said = reviews("score", "in.csv", *words)
    assert (said.code, reason in said.err) == (1, True), said.err
    assert world.calls == []


def test_without_an_approved_version_nothing_is_uploaded(
    world: ScoringWorld, reviews: Reviews, file: Path
) -> None:
    world.versions = {1: "PendingManualApproval"}
    said = reviews("score", "in.csv", "--json")
    assert said.json["error"]["kind"] == "ModelMissing"
    assert said.json["error"]["message"].startswith("reviews-dev has no approved model yet.")
    assert world.calls == []


def test_a_named_version_may_have_any_status(
    world: ScoringWorld, reviews: Reviews, file: Path
) -> None:
    said = reviews("score", "in.csv", "--version", "2")
    assert "Model: version 2 (Rejected), of run run-2" in said.err
    assert [given["version"] for given in world.inputs.values()] == [2]


def test_the_columns_are_those_of_the_models_run_or_the_one_that_is_named(
    world: ScoringWorld, reviews: Reviews, file: Path
) -> None:
    columns = {"text": "Title", "rating": "id", "title": ""}
    world.objects["runs/run-1/run.json"] = json.dumps({"columns": columns}).encode()
    assert reviews("score", "in.csv").code == 0
    assert b'["Nice"]' in next(body for key, body in world.objects.items() if "/input/" in key)
    assert reviews("score", "in.csv", "--column", "id", "--out", "ids.csv").code == 0
    assert "1 long" in Path("ids.csv").read_text()


def test_a_result_that_is_there_is_not_replaced_unless_it_is_named(
    world: ScoringWorld, reviews: Reviews, file: Path
) -> None:
    Path("in-scored.csv").write_text("older")
    said = reviews("score", "in.csv")
    assert said.err == "in-scored.csv: is there already; name a file with --out\n"
    assert reviews("score", "in.csv", "--out", "in-scored.csv").code == 0


def test_the_second_scoring_knows_how_long_the_first_took(
    world: ScoringWorld, reviews: Reviews, file: Path
) -> None:
    first = reviews("score", "in.csv")
    at_most = "At most 1 x ml.m7i.2xlarge, USD 0.48 an hour each; "
    assert f"{at_most}how long it takes is not known before the first scoring here" in first.err
    second = reviews("score", "in.csv", "--out", "again.csv")
    assert f"{at_most}at the speed of the last scorings (0.0222 texts a second on" in second.err
    assert "about 1:30 after its start, USD 0.01" in second.err


def test_ctrl_c_leaves_it_alone_and_says_how_to_come_back(
    world: ScoringWorld, reviews: Reviews, file: Path
) -> None:
    def interrupt() -> None:
        raise KeyboardInterrupt

    world.on_describe = interrupt
    said = reviews("score", "in.csv")
    (name,) = world.inputs
    assert said.code == 130
    assert said.err.endswith(
        f"{name} goes on. Fetch its answers: reviews score in.csv --out in-scored.csv --resume "
        f"{name} --env dev\nEnd it: reviews score --stop {name} --env dev\n"
    )
    world.on_describe = lambda: None
    assert reviews("score", "in.csv", "--resume", name).code == 0
    assert len(world.inputs) == 1
    assert Path("in-scored.csv").read_text() == ANSWERED


def test_a_file_that_has_changed_since_gets_no_answers(
    world: ScoringWorld, reviews: Reviews, file: Path
) -> None:
    name = reviews("score", "in.csv", "--no-wait", "--json").json["scoring"]
    file.write_text(ROWS.replace("fits", "does not fit"))
    said = reviews("score", "in.csv", "--resume", name)
    assert f"in.csv: is not as it was when {name} began" in said.err
    assert not Path("in-scored.csv").exists()


def test_a_failure_says_why_and_where_the_log_is(
    world: ScoringWorld, reviews: Reviews, file: Path
) -> None:
    world.ending = "FAILED"
    said = reviews("score", "in.csv")
    (name,) = world.inputs
    assert said.code == 1
    assert FAILURE in said.err
    assert f"--log-stream-name-prefix reviews-dev-transform-{name}-1/" in said.err
    assert [path.name for path in Path().iterdir()] == ["in.csv"]


def test_a_job_that_fails_for_one_part_leaves_the_answers_to_the_others(
    world: ScoringWorld, reviews: Reviews, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(parts, "_TEXTS", 1)
    Path("in.csv").write_text("Review Text\na\nbb\nccc\n")
    Path("out.csv").write_text("whole\n")
    world.ending, world.failing = "FAILED", "part-000001.jsonl"
    said = reviews("score", "in.csv", "--out", "out.csv")
    assert said.code == 1
    assert FAILURE in said.err
    assert (
        "2 predictions, of the parts that were answered, are in out-partial.csv; rows without an "
        "answer: 1"
    ) in " ".join(said.err.split())
    rows = Path("out-partial.csv").read_text().splitlines()[1:]
    assert rows == ["a,1 long,0,0.5,", "bb,,,,no answer", "ccc,3 long,0,0.5,"]
    assert Path("out.csv").read_text() == "whole\n"


def test_stop_ends_the_execution_its_job_and_its_model(
    world: ScoringWorld, reviews: Reviews
) -> None:
    world.add_scoring("score-1", "RUNNING")
    said = reviews("score", "--stop", "score-1")
    job = "reviews-dev-transform-score-1-1"
    assert world.calls == ["stop score-1", f"stop {job}", f"delete model {job}"]
    assert said.out == f"score-1 is stopped, and so is {job}.\n"


def test_an_unknown_or_ended_scoring_is_not_stopped(world: ScoringWorld, reviews: Reviews) -> None:
    world.add_scoring("score-1", "SUCCEEDED")
    unknown = reviews("score", "--stop", "score-2")
    assert unknown.err == "There is no scoring named score-2; the latest: score-1\n"
    ended = reviews("score", "--stop", "score-1")
    assert ended.err == "score-1 is SUCCEEDED: there is nothing to stop\n"
    assert world.calls == []


def test_an_environment_of_before_is_to_be_deployed_again(
    world: ScoringWorld, reviews: Reviews, file: Path
) -> None:
    world.is_deployed = False
    said = reviews("score", "in.csv")
    assert said.err.endswith("could score in batch. Deploy it: reviews deploy --env dev\n")
    assert world.calls == []
