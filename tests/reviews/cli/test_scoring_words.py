"""Which words `reviews score` takes, and the commands that it prints."""

import shlex
from pathlib import Path

import pytest
from typer.testing import CliRunner

from reviews.cli.main import app
from tests.reviews.cli.commands import Reviews
from tests.reviews.cli.test_scoring_command import ANSWERED, file, world
from tests.reviews.worlds.scoring_world import ScoringWorld

__all__ = ["file", "world"]  # fixtures


def test_a_file_is_wanted(world: ScoringWorld, reviews: Reviews) -> None:
    said = reviews("score")
    assert (said.code, said.err) == (1, "Give the file of reviews: reviews score FILE --env dev\n")
    said = reviews("score", "--resume", "score-1")
    assert said.err == "Give the file of reviews: reviews score FILE --resume score-1 --env dev\n"


@pytest.mark.parametrize(
    ("words", "reason"),
    [
        (("in.csv", "--stop", "score-1"), "FILE: not with --stop, which ends a scoring"),
        (
            ("--stop", "score-1", "--resume", "score-2", "--out", "x.csv", "--no-wait"),
            "--out, --resume, --no-wait: not with --stop, which ends a scoring",
        ),
        (
            ("in.csv", "--resume", "score-1", "--version", "1", "--column", "x"),
            "--version, --column: not with --resume, which fetches the answers of a scoring as it "
            "was started",
        ),
    ],
)
def test_options_that_would_do_nothing_are_refused(
    world: ScoringWorld, reviews: Reviews, file: Path, words: tuple[str, ...], reason: str
) -> None:
    world.add_scoring("score-1", "RUNNING")
    said = reviews("score", *words)
    assert (said.code, said.err) == (1, f"{reason}\n")
    assert world.calls == []


@pytest.mark.parametrize("name", ["-mine.csv", "my file's.csv"])
def test_the_printed_commands_of_a_scoring_can_be_pasted(
    world: ScoringWorld, reviews: Reviews, file: Path, name: str
) -> None:
    file.rename(name)
    words = ["score", "--no-wait", "--env", "dev", "--", name]
    printed = CliRunner().invoke(app, words).stdout
    fetch, end = (line.partition(": reviews ")[2] for line in printed.splitlines())
    fetched = CliRunner().invoke(app, shlex.split(fetch))
    assert fetched.exit_code == 0, fetched.output
    assert Path(f"{name.partition('.')[0]}-scored.csv").read_text() == ANSWERED
    ended = CliRunner().invoke(app, shlex.split(end))
    assert "there is nothing to stop" in ended.stderr


def test_a_mistake_in_a_file_of_s3_names_the_object(world: ScoringWorld, reviews: Reviews) -> None:
    world.objects["a/in.csv"] = b"Review Text\ngood,bad\n"
    said = reviews("score", "s3://data/a/in.csv")
    assert said.err.lstrip() == (
        "s3://data/a/in.csv: line 2 has more fields than the header; a field that contains the "
        'delimiter must be quoted: "lovely, soft"\n'
    )
