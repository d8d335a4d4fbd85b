import webbrowser
from pathlib import Path

import pytest

from reviews.client.environment import Environment
from tests.fake_aws import Refused
from tests.reviews.cli.commands import Reviews
from tests.reviews.worlds.runs_world import EVALUATION, RunsWorld


@pytest.fixture(autouse=True)
def opened(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> list[str]:
    """What was opened in a browser; downloads go to a folder of the test."""
    found: list[str] = []
    monkeypatch.setattr(webbrowser, "open", found.append)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    return found


def test_runs_are_listed_with_data_model_metrics_time_and_cost(
    runs: RunsWorld, reviews: Reviews
) -> None:
    runs.add("first", evaluation=EVALUATION)
    runs.add("second", status="FAILED", reached=("process",))
    rows = [line.split() for line in reviews("runs").out.splitlines()]
    assert rows[1][:4] == ["second", "FAILED", "reviews.csv", "roberta-base"]
    assert rows[1][4:] == ["-", "-", "2:00", "0.01"]
    # A minute each on ml.m7i.2xlarge, ml.c7i.4xlarge and ml.m7i.2xlarge.
    assert rows[2][4:] == ["0.8100", "0.8000", "4:00", "0.03"]


def test_runs_for_a_program_have_the_same(runs: RunsWorld, reviews: Reviews) -> None:
    runs.add("first", evaluation=EVALUATION)
    (found,) = reviews("runs", "--json").json
    assert found["run"] == "first"
    assert found["reviews"] == "s3://data/reviews/reviews.csv"
    assert (found["accuracy"], found["seconds"]) == (0.81, 240)
    assert found["usd"] == pytest.approx((0.484 + 0.857 + 0.484) / 60)


def test_no_more_runs_are_listed_than_wanted(runs: RunsWorld, reviews: Reviews) -> None:
    for name in ("first", "second", "third"):
        runs.add(name)
    assert [run["run"] for run in reviews("runs", "--limit", "2", "--json").json] == [
        "third",
        "second",
    ]


def test_a_run_whose_input_was_refused_is_listed_too(runs: RunsWorld, reviews: Reviews) -> None:
    runs.add("good", evaluation=EVALUATION)
    runs.add("bad", reached=())
    runs.refuse("bad")
    bad, good = reviews("runs", "--json").json
    assert (bad["status"], bad["reviews"], bad["usd"]) == ("FAILED", None, 0)
    assert (good["run"], good["accuracy"]) == ("good", 0.81)
    assert reviews("report", "bad").err == "bad is FAILED and has no evaluation\n"
    found = reviews("compare", "good", "bad", "--json").json
    assert found["metrics"]["accuracy"] == [0.81, None]


@pytest.mark.parametrize("output", ["", "[]", "null", "not JSON", '{"id": 1, "prefix": null}'])
def test_a_prepare_with_any_output_is_no_run(
    runs: RunsWorld, reviews: Reviews, output: str
) -> None:
    runs.add("bad", status="FAILED", reached=())
    runs.events["bad"][1]["stateExitedEventDetails"]["output"] = output
    assert reviews("runs", "--json").json[0]["reviews"] is None


def test_a_prepare_that_was_redriven_has_the_run_of_its_second_time(
    runs: RunsWorld, reviews: Reviews
) -> None:
    runs.add("mine", evaluation=EVALUATION)
    events = runs.events["mine"]
    runs.refuse("mine")
    runs.events["mine"] += events
    assert reviews("runs", "--json").json[0]["reviews"] == "s3://data/reviews/reviews.csv"


def test_a_run_whose_history_was_deleted_is_listed_too(
    runs: RunsWorld, reviews: Reviews, monkeypatch: pytest.MonkeyPatch
) -> None:
    def gone(**_: object) -> None:
        raise Refused("ExecutionDoesNotExist", "Execution Does Not Exist")

    runs.add("old")
    monkeypatch.setattr(runs, "get_execution_history", gone)
    assert reviews("runs", "--json").json[0]["status"] == "SUCCEEDED"


@pytest.mark.parametrize("content", [b"", b"{", b"[1]", b"\xff"])
def test_an_evaluation_that_is_no_document_is_none(
    runs: RunsWorld, reviews: Reviews, content: bytes
) -> None:
    runs.add("cut", evaluation=EVALUATION)
    runs.objects["runs/cut/evaluation/evaluation.json"] = content
    assert reviews("runs", "--json").json[0]["accuracy"] is None
    assert reviews("report").err == "cut is SUCCEEDED and has no evaluation\n"


def test_an_evaluation_of_another_version_is_listed_compared_and_named(
    runs: RunsWorld, reviews: Reviews
) -> None:
    old = {"accuracy": 0.7, "reliability": {}, "per_class": {"positive": {}}}
    runs.add("new", evaluation=EVALUATION)
    runs.add("old", evaluation=old)
    assert reviews("runs", "--json").json[0]["accuracy"] == 0.7
    assert reviews("compare", "new", "old").code == 0
    result = reviews("report", "old")
    assert result.code == 1
    assert result.err.startswith("old: its evaluation.json has no macro_f1, majority_accuracy, ")
    assert "reviews run --set from_run=old --set start_at=evaluation --env dev" in result.err


def test_the_embedded_aws_is_free(
    runs: RunsWorld, reviews: Reviews, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Environment, "is_on_aws", False)
    runs.add("first")
    assert reviews("runs").out.splitlines()[1].split()[-1] == "free"
    assert reviews("runs", "--json").json[0]["usd"] is None


def test_a_machine_without_a_price_makes_the_cost_unknown(
    runs: RunsWorld, reviews: Reviews
) -> None:
    runs.add("first")
    assert reviews("runs", "--json").json[0]["usd"] == pytest.approx((0.857 + 2 * 0.484) / 60)
    runs.jobs["reviews-dev-train-first-1"]["type"] = "ml.dl1.24xlarge"
    assert reviews("runs").out.splitlines()[1].split()[-1] == "unknown"
    assert reviews("runs", "--json").json[0]["usd"] is None


def test_two_runs_are_held_side_by_side(runs: RunsWorld, reviews: Reviews) -> None:
    better = EVALUATION | {"accuracy": 0.9}
    runs.add("first", evaluation=EVALUATION)
    runs.add("second", evaluation=better, training={"epochs": 5, "learning_rate": 2e-05})
    rows = [line.split() for line in reviews("compare", "first", "second").out.splitlines()]
    assert ["training.epochs", "3", "5"] in rows
    assert ["accuracy", "0.8100", "0.9000"] in rows
    assert ["f1", "of", "positive", "0.8500", "0.8500"] in rows
    assert not any(row[:1] == ["training.learning_rate"] for row in rows)  # it is the same


def test_a_run_without_an_evaluation_has_no_metrics_to_compare(
    runs: RunsWorld, reviews: Reviews
) -> None:
    runs.add("first", evaluation=EVALUATION)
    runs.add("second", status="FAILED")
    found = reviews("compare", "first", "second", "--json").json
    assert found["runs"] == ["first", "second"]
    assert found["settings"] == {}
    assert found["metrics"]["accuracy"] == [0.81, None]


def test_an_unknown_run_is_answered_with_the_nearest(runs: RunsWorld, reviews: Reviews) -> None:
    runs.add("stars")
    result = reviews("compare", "stars", "star")
    assert (result.code, result.err) == (1, "There is no run named star. Did you mean stars?\n")


def test_report_downloads_the_page_and_opens_it(
    runs: RunsWorld, reviews: Reviews, opened: list[str], tmp_path: Path
) -> None:
    runs.add("first", evaluation=EVALUATION)
    result = reviews("report")
    page = tmp_path / "reviews-on-sagemaker" / "reports" / "dev-first.html"
    assert opened == [page.as_uri()]
    assert page.read_bytes() == b"<h1>Evaluation</h1>"
    assert result.out.startswith("Test accuracy 0.810")
    assert result.out.endswith(f"The page: {page}\n")


@pytest.mark.parametrize("option", ["--no-open", "--json"])
def test_report_opens_nothing_for_who_does_not_want_it(
    runs: RunsWorld, reviews: Reviews, opened: list[str], option: str
) -> None:
    runs.add("first", evaluation=EVALUATION)
    result = reviews("report", "first", option)
    assert result.code == 0
    assert "dev-first.html" in result.out
    assert opened == []


def test_a_run_without_an_evaluation_has_no_report(runs: RunsWorld, reviews: Reviews) -> None:
    runs.add("first", status="FAILED")
    result = reviews("report")
    assert (result.code, result.err) == (1, "first is FAILED and has no evaluation\n")
