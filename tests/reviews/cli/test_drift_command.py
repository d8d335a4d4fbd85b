"""`reviews drift` and `reviews feedback`."""

import json
from dataclasses import replace
from pathlib import Path

import pytest

from infra.settings import settings_for
from reviews.cli import drift_command
from reviews.client.aws import connection
from reviews.client.environment import Environment
from tests.reviews.cli.commands import Reviews
from tests.reviews.worlds.drift_world import FAILURE, DriftWorld
from tests.reviews.worlds.endpoint_world import OUTPUTS

(_DEV,) = settings_for("dev")
_CAPTURING = replace(_DEV, endpoint=replace(_DEV.endpoint, capture_percent=10))
OLDER, NEWER = "20261110T070000Z-older", "20261117T070000Z-newer"


@pytest.fixture
def world(monkeypatch: pytest.MonkeyPatch) -> DriftWorld:
    made = DriftWorld()
    monkeypatch.setattr(Environment, "client", lambda _self, service: made.client(service))
    monkeypatch.setattr(Environment, "outputs", OUTPUTS)
    monkeypatch.setattr(connection, "find_settings", lambda _: _CAPTURING)
    monkeypatch.setattr(drift_command, "_POLL_SECONDS", 0)
    return made


def test_the_newest_report_is_shown(world: DriftWorld, reviews: Reviews) -> None:
    world.keep(NEWER, "class_mix")
    world.keep(OLDER)
    said = reviews("drift")
    assert said.code == 0, said.err
    assert said.out.startswith("Drift: what the endpoint is asked, or answers, has moved\n")
    assert f"Report {NEWER}: 500 requests with 700 texts from 2026-02-01T07:00" in said.out
    assert "  Predicted classes: 35.0% of the texts fall elsewhere\n" in said.out
    assert world.inputs == {}


def test_as_json_the_report_is_what_the_job_wrote(world: DriftWorld, reviews: Reviews) -> None:
    world.keep(NEWER, "length")
    found = reviews("drift", "--json").json
    assert (found["report"], found["verdict"]) == (NEWER, "drift")
    assert [one["quantity"] for one in found["findings"] if one["drifted"]] == ["length"]


def test_the_page_of_the_report_is_printed(world: DriftWorld, reviews: Reviews) -> None:
    world.keep(NEWER)
    assert reviews("drift", "--page").out == "<!doctype html>\n"


def test_without_a_report_one_is_made_now(world: DriftWorld, reviews: Reviews) -> None:
    said = reviews("drift")
    assert said.code == 0, said.err
    assert said.out.startswith("No drift: nothing has moved that matters\n")
    ((name, given),) = world.inputs.items()
    assert (len(name), given) == (24, {})


@pytest.mark.parametrize(("period", "hours"), [("24h", 24), ("7d", 168), ("2w", 336)])
def test_a_period_is_compared_now(
    world: DriftWorld, reviews: Reviews, period: str, hours: int
) -> None:
    world.keep(OLDER)
    world.drifted = ("accuracy",)
    assert reviews("drift", "--last", period, "--json").json["verdict"] == "drift"
    (given,) = world.inputs.values()
    assert given == {"last_hours": hours}


@pytest.mark.parametrize("period", ["7", "week", "0d", "93d", "-1h", "1.5d"])
def test_a_period_that_cannot_be_is_refused(
    world: DriftWorld, reviews: Reviews, period: str
) -> None:
    said = reviews("drift", f"--last={period}")
    assert said.code == 1
    assert f"--last {period}: must be hours, days or weeks, such as 24h" in said.err
    assert world.inputs == {}


def test_a_report_that_fails_says_why(world: DriftWorld, reviews: Reviews) -> None:
    world.ending = "FAILED"
    said = reviews("drift", "--last", "1d")
    assert said.code == 1
    assert FAILURE in said.err


def test_an_environment_that_captures_nothing_says_what_to_set(
    world: DriftWorld, reviews: Reviews, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connection, "find_settings", lambda _: _DEV)
    said = reviews("drift")
    assert said.code == 1
    assert "dev captures no requests, so that there is nothing to compare: give" in said.err


def test_an_environment_of_an_earlier_version_says_what_to_do(
    world: DriftWorld, reviews: Reviews
) -> None:
    world.is_deployed = False
    said = reviews("drift")
    assert said.code == 1
    assert "was deployed before it could compare. Deploy it: reviews deploy --env dev" in said.err


def press() -> None:
    raise KeyboardInterrupt


def test_ctrl_c_prints_how_to_wait_for_the_same_report(world: DriftWorld, reviews: Reviews) -> None:
    world.on_describe = press
    said = reviews("drift")
    (name,) = world.inputs
    again = f"reviews drift --resume {name} --env dev"
    assert (said.code, said.err.endswith(f"{name} goes on. Wait for its report: {again}\n")) == (
        130,
        True,
    )
    world.on_describe = lambda: None
    resumed = reviews(*again.split()[1:-2])
    assert resumed.out.startswith("No drift: ")
    assert list(world.inputs) == [name]


def test_a_report_that_is_being_made_is_waited_for_and_no_second_one_is_paid(
    world: DriftWorld, reviews: Reviews
) -> None:
    world.on_describe = press
    reviews("drift")
    (name,) = world.inputs
    world.on_describe = lambda: None
    world.running = [name]
    del world.objects[f"drift/20261124T180000Z-{name}/report/report.json"]
    said = reviews("drift").err
    assert said.startswith(f"Comparing captured requests with the baseline: {name}\n")
    assert list(world.inputs) == [name]


def test_an_unknown_report_is_answered_with_the_nearest(
    world: DriftWorld, reviews: Reviews
) -> None:
    said = reviews("drift", "--resume", "drift-1")
    assert said.err == "There is no drift report yet in dev. Start one: reviews drift --env dev\n"
    reviews("drift")
    (name,) = world.inputs
    said = reviews("drift", "--resume", name[:-1])
    assert said.err.startswith(f"There is no drift report named {name[:-1]}. Did you mean {name}?")


def test_a_period_is_refused_for_a_report_that_was_started(
    world: DriftWorld, reviews: Reviews
) -> None:
    said = reviews("drift", "--resume", "drift-1", "--last", "7d")
    assert said.err.startswith("--last: not with --resume, which waits for a report")


# -- feedback -----------------------------------------------------------------------------------


def lines(world: DriftWorld) -> list[dict[str, str]]:
    (key,) = (key for key in world.objects if key.startswith("feedback/"))
    return [json.loads(line) for line in world.objects[key].decode().splitlines()]


def test_ratings_are_uploaded_with_hashes_of_their_texts(
    world: DriftWorld, reviews: Reviews, tmp_path: Path
) -> None:
    file = tmp_path / "ratings.csv"
    file.write_text("Title,Review Text,Rating\nNice,soft,5\n,warm,1\n,,5\n,cold,9\n")
    said = reviews("feedback", str(file))
    assert said.code == 0, said.err
    assert said.out.startswith(
        "2 ratings uploaded; left out: 1 without a rating of a class, 1 without a text or key\n"
    )
    first, second = lines(world)
    assert (first["class"], second["class"]) == ("positive", "negative")
    assert len(first["text"]) == 64
    assert "soft" not in str(world.objects)


def test_ratings_may_have_the_keys_of_requests(
    world: DriftWorld, reviews: Reviews, tmp_path: Path
) -> None:
    file = tmp_path / "ratings.csv"
    file.write_text("order,stars\n17,5\n18/1,3\n")
    said = reviews(
        "feedback", str(file), "--key-column", "order", "--rating-column", "stars", "--json"
    )
    assert said.json["ratings"] == 2
    assert lines(world) == [
        {"key": "17", "class": "positive"},
        {"key": "18/1", "class": "neutral"},
    ]


@pytest.mark.parametrize(("option", "what"), [("text", "texts"), ("key", "keys")])
def test_a_rating_is_neither_a_text_nor_a_key(
    world: DriftWorld, reviews: Reviews, tmp_path: Path, option: str, what: str
) -> None:
    file = tmp_path / "ratings.csv"
    file.write_text("Review Text,Rating\nsoft,5\n")
    said = reviews("feedback", str(file), f"--{option}-column", "Rating")
    assert f"'Rating' is the column of the ratings, and also that of the {what}" in said.err
    assert not [key for key in world.objects if key.startswith("feedback/")]


def test_the_options_of_the_command_are_named(
    world: DriftWorld, reviews: Reviews, tmp_path: Path
) -> None:
    file = tmp_path / "ratings.csv"
    file.write_text("Review Content,Review Score,Review Title\nsoft,5,Nice\n")
    said = reviews("feedback", str(file), "--key-column", "order")
    assert said.err.endswith(": name that of the keys with --key-column\n")
    both = reviews("feedback", str(file), "--key-column", "a", "--text-column", "b")
    assert both.err == "Give either --text-column or --key-column\n"


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("Review Text,Stars\nsoft,5\n", "there is no column 'Rating' of ratings"),
        (
            "review text,Rating\nsoft,5\n",
            "there is no column 'Review Text'; the columns are 'review text', 'Rating': name that "
            "of the texts with --text-column, such as --text-column 'review text'",
        ),
        (
            "Review Text,Rating,Rating\nsoft,5,1\n",
            "2 columns are named 'Rating'; rename all but one",
        ),
        ("Review Text,Rating\nsoft,9\n", "no row has both a rating of a class in column 'Rating'"),
    ],
)
def test_a_file_without_usable_ratings_is_refused(
    world: DriftWorld, reviews: Reviews, tmp_path: Path, content: str, message: str
) -> None:
    file = tmp_path / "ratings.csv"
    file.write_text(content)
    said = reviews("feedback", str(file))
    assert said.code == 1
    assert message in said.err
    assert not [key for key in world.objects if key.startswith("feedback/")]
