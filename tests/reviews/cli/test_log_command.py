import json

import pytest

from reviews.client.runs import run_log
from tests.reviews.cli.commands import Reviews
from tests.reviews.worlds.runs_world import RunsWorld


@pytest.fixture(autouse=True)
def _patient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(run_log, "_POLL_SECONDS", 0)


def test_the_log_is_that_of_the_newest_job(runs: RunsWorld, reviews: Reviews) -> None:
    runs.add("mine", reached=("process", "train"))
    assert reviews("logs").out == "train begins\nprogress=0.5 stage=train\n"


def test_a_step_and_a_run_can_be_named(runs: RunsWorld, reviews: Reviews) -> None:
    runs.add("mine")
    runs.add("other")
    found = reviews("logs", "process", "--run", "mine", "--json").json
    assert found["run"] == "mine"
    assert found["lines"][0] == {"step": "process", "line": "process begins"}


def test_each_line_of_several_instances_has_its_instance(runs: RunsWorld, reviews: Reviews) -> None:
    runs.add("mine", reached=("train",))
    runs.lines["reviews-dev-train-mine-1/algo-2-1"] = ["train too"]
    assert reviews("logs", "train").out.splitlines()[-1] == "algo-2-1 train too"


def test_following_goes_on_until_the_run_has_ended(runs: RunsWorld, reviews: Reviews) -> None:
    runs.add("mine", status="RUNNING", reached=("process",))
    more = runs.lines["reviews-dev-process-mine-1/algo-1-1"]

    def go_on() -> None:
        more.append("process ends")
        runs.on_describe = end

    def end() -> None:
        runs.end("mine", "SUCCEEDED")

    actions = iter([lambda: None, lambda: None, go_on])
    runs.on_describe = lambda: next(actions)()
    result = reviews("logs", "-f", "--json")
    assert [json.loads(line)["line"] for line in result.out.splitlines()] == [
        "process begins",
        "progress=0.5 stage=process",
        "process ends",
    ]


def test_following_a_step_ends_with_the_step(runs: RunsWorld, reviews: Reviews) -> None:
    runs.add("mine", status="RUNNING", reached=("process", "train"))
    assert reviews("logs", "process", "-f").out.splitlines()[0] == "process begins"


def test_a_step_without_a_job_is_answered_with_those_that_have_one(
    runs: RunsWorld, reviews: Reviews
) -> None:
    runs.add("mine")
    result = reviews("logs", "gate")
    assert (result.code, result.err) == (1, "step gate: allowed is process, train, evaluate\n")


@pytest.mark.parametrize("more", [(), ("-f",), ("train",)])
def test_a_run_that_ended_before_its_first_job_says_why_it_has_no_log(
    runs: RunsWorld, reviews: Reviews, more: tuple[str, ...]
) -> None:
    runs.add("mine", status="FAILED", reached=())
    result = reviews("logs", *more)
    step = "Train" if more == ("train",) else "Process"
    assert result.code == 1
    assert result.err == f"mine is FAILED, and {step} has started no job: Train: no memory\n"


def test_a_step_that_comes_later_has_started_no_job_yet(runs: RunsWorld, reviews: Reviews) -> None:
    runs.add("mine", status="RUNNING", reached=("process",))
    result = reviews("logs", "train")
    assert (result.code, result.err) == (1, "Train of mine has started no job yet\n")


def test_a_step_that_the_run_left_out_has_no_log(runs: RunsWorld, reviews: Reviews) -> None:
    runs.add("mine", reached=("train",))
    result = reviews("logs", "process")
    assert (result.code, result.err) == (1, "mine began with Train, so that Process has no job\n")
