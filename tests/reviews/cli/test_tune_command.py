"""`reviews tune`, and what the other commands show of a run that tunes."""

import json
from hashlib import sha256
from typing import Any

import pytest

from contract.names import tuning_job_prefix
from reviews.client.cost.instance_prices import HOUR
from reviews.client.environment import Environment
from tests.reviews.cli.commands import Reviews
from tests.reviews.cli.csv_table import TABLE
from tests.reviews.worlds.endpoint_world import OUTPUTS
from tests.reviews.worlds.runs_world import EVALUATION
from tests.reviews.worlds.tuning_world import SEARCH, TuningWorld

URI = f"s3://data/reviews/{sha256(TABLE.encode()).hexdigest()[:12]}/reviews.csv"
HOURLY = HOUR["ml.c7i.4xlarge"]  # on which dev trains


@pytest.fixture
def runs(monkeypatch: pytest.MonkeyPatch) -> TuningWorld:
    made = TuningWorld()
    monkeypatch.setattr(Environment, "client", lambda _self, service: made.client(service))
    monkeypatch.setattr(Environment, "outputs", OUTPUTS)
    return made


def started(runs: TuningWorld) -> dict[str, Any]:
    """The input of the execution that was started."""
    call = runs.calls[-1].split(" ", 2)
    assert call[0] == "start"
    found: dict[str, Any] = json.loads(call[2])
    return found


def test_tune_starts_a_run_that_searches(runs: TuningWorld, reviews: Reviews, csv: str) -> None:
    over = ("--over", "learning_rate=1e-5..1e-4", "--over", "batch_size=16,32")
    limits = ("--strategy", "random", "--max-jobs", "6", "--parallel", "3")
    result = reviews("tune", csv, *over, *limits, "--set", "training.epochs=2", "--name", "mine")
    assert result.out == "Started mine. Follow it: reviews status mine --wait --env dev\n"
    assert started(runs) == {
        "reviews": URI,
        "training": {"epochs": 2},
        "tuning": {
            "strategy": "random",
            "max_jobs": 6,
            "parallel": 3,
            "over": {"learning_rate": {"min": 1e-5, "max": 1e-4}, "batch_size": [16, 32]},
        },
    }
    assert "Tuning over learning_rate 1e-05..0.0001, batch_size 16,32: random, 6 " in result.err


def test_reviews_that_are_in_s3_are_examined_and_copied(
    runs: TuningWorld, reviews: Reviews
) -> None:
    runs.objects["a/reviews.csv"] = TABLE.encode()
    for command in ("tune", "run"):
        reviews(command, "s3://exports/a/reviews.csv", "--name", command)
        assert started(runs)["reviews"] == URI
    twice = reviews("tune", "s3://data/a.csv", "--set", "reviews=s3://data/b.csv")
    assert twice.err == "Give either s3://data/a.csv or --set reviews=s3://data/b.csv\n"


def test_the_costs_are_told_before_the_start(runs: TuningWorld, reviews: Reviews, csv: str) -> None:
    err = reviews("tune", csv, "--strategy", "grid").err
    assert "Tuning over batch_size 16,32, learning_rate 1e-05,2e-05,3e-05: grid, 6 tra" in err
    day = 6 * HOURLY * 24
    assert f"2 at a time, each 1 x ml.c7i.4xlarge for {HOURLY:.3f} USD an hour; at most" in err
    assert f"at most {day:.2f} USD if all take 86400 s. --max-cost sets a limit." in err
    assert started(runs)["tuning"] == {"strategy": "grid"}


def test_an_amount_becomes_a_limit_of_time(runs: TuningWorld, reviews: Reviews, csv: str) -> None:
    err = reviews("tune", csv, "--max-cost", "5").err
    seconds = int(5 / (2 * HOURLY) * 3600) - 120
    assert started(runs)["tuning"]["max_runtime_s"] == seconds
    assert f"stopped after {seconds} s, so that they cost at most 5.00 USD\n" in err


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (
            ["--max-cost", "nan"],
            "--max-cost nan: must be an amount in USD",
        ),
        (
            ["--max-cost", "inf"],
            "--max-cost inf: must be an amount in USD",
        ),
        (
            ["--max-cost", "0.1"],
            "--max-cost 0.1: must be at least 0.12: 2 jobs at a time, each 1 x",
        ),
        (["--strategy", "best"], "--strategy: 'best' must be one of bayesian, random, hyperband"),
        (["--max-jobs", "0"], "--max-jobs: 0 must be a whole number from 1 to 750"),
        (["--parallel", "11"], "--parallel: 11 must be a whole number from 1 to 10"),
        (["--over", "rate=1..2"], "--over rate=1..2: allowed are epochs, batch_size, accumulation"),
        (["--over", "epochs"], "--over epochs: write it as NAME=LEAST..MOST or NAME=VALUE,VALUE"),
        (["--over", "epochs=1,x"], "--over epochs: 'x' must be a whole number from 1 to 100"),
        (["--over", "learning_rate=1e-5..2"], "--over learning_rate: 2 must be a number of at le"),
        (["--over", "epochs=1,2", "--over", "epochs=3,4"], "--over epochs=3,4: epochs is given tw"),
        (["--over", "epochs=1,2", "--max-jobs", "3"], "--max-jobs: 3 must be at most 2, the num"),
        (
            ["--over", "epochs=1,2", "--set", "training.epochs=2"],
            "training.epochs: is tuned: tuning.over has it, too",
        ),
        (
            ["--strategy", "hyperband", "--set", "training.epochs=1"],
            "--strategy: 'hyperband' needs training.epochs of at least 2",
        ),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else "",
)
def test_a_wrong_option_is_refused_before_anything_is_uploaded(
    runs: TuningWorld, reviews: Reviews, csv: str, options: list[str], message: str
) -> None:
    result = reviews("tune", csv, *options)
    assert result.code == 1
    assert message in result.err
    assert runs.calls == []


def test_where_a_price_is_unknown_there_is_no_limit_by_it(
    runs: TuningWorld, reviews: Reviews, csv: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("reviews.client.cost.prices.SHIPPED", {})
    result = reviews("tune", csv, "--max-cost", "5")
    assert "--max-cost 5: ml.c7i.4xlarge (training of dev) has no price for" in result.err
    assert runs.calls == []
    assert "2 at a time; their costs are unknown: ml.c7i.4xlarge" in reviews("tune", csv).err


def test_a_search_on_the_features_of_a_run_is_around_its_hyperparameters(
    runs: TuningWorld, reviews: Reviews
) -> None:
    runs.add("first", training={"epochs": 3, "batch_size": 8, "learning_rate": 1e-4})
    source = ("--set", "start_at=training", "--set", "from_run=first")
    err = reviews("tune", *source).err
    assert "Tuning over batch_size 4,8, learning_rate 5e-05..0.00015: bayesian, 10 " in err


def test_status_shows_each_training_job_with_its_values(
    runs: TuningWorld, reviews: Reviews
) -> None:
    job = runs.tune("mine")
    out = reviews("status", "mine").out
    costs = f"{3 * HOURLY:.2f} USD"
    assert (
        f"{job}: random, 3 of 3 training jobs started, Completed; costs of these jobs: {costs}"
        in out
    )
    lines = [" ".join(line.split()) for line in out.splitlines()]
    assert "training job learning_rate batch_size macro-F1 time status" in lines
    assert f"{job}-002-bbbbbbbb 2.4e-05 32 0.7900 60:00 Completed, the best" in lines
    assert f"{job}-003-cccccccc 2.9e-05 16 60:00 Failed: AlgorithmError: OutOfMemory" in lines
    assert "jobs=3/3 best=0.7900" in out
    found = reviews("status", "mine", "--json").json["tuning"]
    assert (found["best"], found["status"]) == (f"{job}-002-bbbbbbbb", "Completed")
    assert found["usd"] == pytest.approx(3 * HOURLY)
    assert [one["macro_f1"] for one in found["jobs"]] == [0.71, 0.79, None]


def test_the_costs_of_a_run_have_those_of_all_its_training_jobs(
    runs: TuningWorld, reviews: Reviews
) -> None:
    runs.tune("mine")
    runs.add("other")
    mine = reviews("runs", "--json").json[-1]
    assert mine["run"] == "mine"
    assert mine["usd"] > 3 * HOURLY
    assert reviews("runs", "--json").json[0]["usd"] < HOURLY


def test_the_report_says_which_hyperparameters_were_found(
    runs: TuningWorld, reviews: Reviews
) -> None:
    job = runs.tune("mine", evaluation=EVALUATION)
    training = {"epochs": 3, "learning_rate": 2.4e-5, "batch_size": 32}
    best = {"best_job": f"{job}-002-bbbbbbbb", "best_value": 0.79}
    document = {
        "id": "mine",
        "prefix": "s3://artefacts/runs/mine",
        "training": training,
        "tuning": {**SEARCH, **best},
    }
    runs.objects["runs/mine/run.json"] = json.dumps(document).encode()
    out = reviews("report", "mine", "--no-open").out
    assert (
        f"Tuned: learning_rate 2.4e-05, batch_size 32, by {job}-002-bbbbbbbb "
        "(macro-F1 on the validation split 0.7900)\n"
    ) in out


def test_stop_stops_the_tuning_job(runs: TuningWorld, reviews: Reviews) -> None:
    job = runs.tune("mine", status="RUNNING")
    assert job == f"{tuning_job_prefix('reviews-dev', 'mine')}1"
    out = reviews("stop", "mine").out
    assert runs.calls == ["stop mine", f"stop {job}"]
    assert f"mine is stopped, and so is {job}." in out


def test_logs_have_those_of_all_training_jobs(runs: TuningWorld, reviews: Reviews) -> None:
    runs.tune("mine")
    lines = reviews("logs", "train", "--run", "mine").out.splitlines()
    assert lines == [
        f"{number}/algo-1-1 train begins"
        for number in ("001-aaaaaaaa", "002-bbbbbbbb", "003-cccccccc")
    ]
