"""`reviews status`, `stop`, `redrive` and `approve`."""

import shlex

import pytest
from typer.testing import CliRunner

from contract.advice import NEW_RUN
from contract.names import run_id
from reviews.cli.main import app
from tests.reviews.cli.commands import Reviews
from tests.reviews.worlds.runs_world import EVALUATION, RunsWorld


def test_status_has_a_row_for_each_step(runs: RunsWorld, reviews: Reviews) -> None:
    runs.add("mine", status="RUNNING", reached=("process", "train"))
    result = reviews("status")
    rows = [line.split()[:3] for line in result.out.splitlines()]
    assert ["Process", "done", "1:00"] in rows
    assert any(row[:2] == ["Train", "running"] and ":" in row[2] for row in rows)


def test_status_for_a_program_has_the_same(runs: RunsWorld, reviews: Reviews) -> None:
    runs.add("mine", status="RUNNING", reached=("process", "train"))
    found = reviews("status", "--json").json
    assert (found["run"], found["status"], found["ended"]) == ("mine", "RUNNING", None)
    (train,) = (step for step in found["steps"] if step["step"] == "train")
    assert train["state"] == "running"
    assert train["progress"] == 0.5
    assert train["values"] == {"stage": "train"}


def test_an_unknown_run_is_answered_with_the_nearest(runs: RunsWorld, reviews: Reviews) -> None:
    runs.add("stars")
    result = reviews("status", "star")
    assert (result.code, result.err) == (1, "There is no run named star. Did you mean stars?\n")


def test_stop_ends_the_execution_and_its_job(runs: RunsWorld, reviews: Reviews) -> None:
    runs.add("other", status="RUNNING", reached=("train",))
    runs.add("mine", status="RUNNING", reached=("process", "train"))
    for job in ("other", "mine"):
        runs.jobs[f"reviews-dev-train-{job}-1"]["status"] = "InProgress"
    result = reviews("stop", "mine")
    assert runs.calls == ["stop mine", "stop reviews-dev-train-mine-1"]
    assert result.out == (
        "mine is stopped, and so is reviews-dev-train-mine-1. "
        "Continue it: reviews redrive mine --env dev\n"
    )


def test_a_job_that_ended_meanwhile_need_not_be_stopped(runs: RunsWorld, reviews: Reviews) -> None:
    runs.add("mine", status="RUNNING", reached=("process",))
    runs.jobs["reviews-dev-process-mine-1"]["status"] = "InProgress"
    result = reviews("stop", "--yes", "--json")
    assert result.json == {"run": "mine", "stopped_jobs": ["reviews-dev-process-mine-1"]}


def test_stop_without_a_name_names_the_run_and_asks(runs: RunsWorld, reviews: Reviews) -> None:
    runs.add("mine", status="RUNNING", reached=("process",))
    result = reviews("stop", answer="n\n")
    question = "Stop the latest run, mine (RUNNING, started 2026-11-24 18:00 UTC)? [y/N]"
    assert (result.code, question in result.err, runs.calls) == (1, True, [])
    assert reviews("stop", answer="y\n").code == 0
    assert runs.calls[0] == "stop mine"


def test_a_program_has_to_name_the_run_or_say_yes(runs: RunsWorld, reviews: Reviews) -> None:
    runs.add("mine", status="RUNNING", reached=("process",))
    result = reviews("stop", "--json")
    assert (result.code, result.json["error"]["message"]) == (
        1,
        "--json asks no questions: add --yes",
    )
    assert runs.calls == []
    assert reviews("stop", "mine", "--json").code == 0


def test_a_run_that_has_ended_cannot_be_stopped(runs: RunsWorld, reviews: Reviews) -> None:
    runs.add("mine")
    result = reviews("stop")
    assert (result.code, result.err) == (1, "mine is SUCCEEDED: there is nothing to stop\n")
    assert runs.calls == []


def test_redrive_continues_a_run_that_failed(runs: RunsWorld, reviews: Reviews) -> None:
    runs.add("mine", status="FAILED")
    result = reviews("redrive", "mine")
    assert (result.out, result.err) == ("mine continues\n", "")
    assert runs.calls == ["redrive mine"]


def test_redrive_without_a_name_names_the_run_and_asks(runs: RunsWorld, reviews: Reviews) -> None:
    runs.add("mine", status="FAILED")
    result = reviews("redrive", answer="n\n")
    question = "Continue the latest run, mine (FAILED, started 2026-11-24 18:00 UTC)? [y/N]"
    assert (result.code, question in result.err, runs.calls) == (1, True, [])
    refused = reviews("redrive", "--json").json["error"]["message"]
    assert (refused, runs.calls) == ("--json asks no questions: add --yes", [])
    assert reviews("redrive", answer="y\n").code == 0
    assert reviews("redrive", "--yes", "--json").json["run"] == "mine"
    assert runs.calls == ["redrive mine", "redrive mine"]


def test_a_run_that_cannot_be_redriven_is_refused_and_nobody_is_asked(
    runs: RunsWorld, reviews: Reviews
) -> None:
    runs.add("mine", status="RUNNING")
    result = reviews("redrive")
    assert result.err == "mine is RUNNING: Execution is RUNNING and cannot be redriven\n"


@pytest.mark.parametrize("command", ["status", "stop", "redrive", "logs", "report"])
def test_without_a_run_the_command_that_starts_one_is_for_the_same_environment(
    runs: RunsWorld, reviews: Reviews, command: str
) -> None:
    said = "There is no run yet in dev. Start one: reviews run FILE --env dev\n"
    assert reviews(command).err == said


def test_a_redrive_that_would_end_the_same_way_prints_the_cause(
    runs: RunsWorld, reviews: Reviews
) -> None:
    runs.add("mine", status="FAILED")
    cause = f"Process: no column. {NEW_RUN}"
    runs.executions["mine"]["cause"] = cause
    result = reviews("redrive", "mine")
    assert (result.code, result.err) == (0, f"mine failed with: {cause}\n")


def test_a_printed_command_quotes_the_name_for_the_shell(runs: RunsWorld, reviews: Reviews) -> None:
    runs.add("it's(1)", status="RUNNING", reached=("train",))
    again = "Continue it: reviews redrive 'it'\"'\"'s(1)' --env dev"
    assert again in reviews("stop", "it's(1)").out


@pytest.mark.parametrize("name", ["-mine", "--mine", "it's(1)", "a=b"])
def test_the_printed_commands_of_a_run_can_be_pasted(
    runs: RunsWorld, patient: None, name: str
) -> None:
    runs.add(name, status="FAILED", reached=("train",))
    following = CliRunner().invoke(app, ["status", "--wait", "--env", "dev", "--", name]).stderr
    printed = [line.partition(": ")[2] for line in following.splitlines() if ": reviews " in line]
    assert len(printed) == 2  # logs and redrive
    for command in printed:
        result = CliRunner().invoke(app, shlex.split(command)[1:])
        assert result.exit_code == 0, f"{command}: {result.output}"
    assert runs.calls == [f"redrive {name}"]


def test_an_approval_takes_the_name_of_an_execution_and_the_run_id(
    runs: RunsWorld, reviews: Reviews
) -> None:
    for name in ("My Run", run_id("My Run")):
        runs.objects[f"runs/{run_id('My Run')}/approval.json"] = b'{"token": "secret"}'
        assert reviews("approve", name).code == 0


def test_a_running_run_cannot_be_redriven(runs: RunsWorld, reviews: Reviews) -> None:
    runs.add("mine", status="RUNNING")
    result = reviews("redrive", "mine")
    assert result.code == 1
    assert result.err == "mine is RUNNING: Execution is RUNNING and cannot be redriven\n"


def test_approve_sends_the_answer_with_the_caller(runs: RunsWorld, reviews: Reviews) -> None:
    runs.objects["runs/mine/approval.json"] = b'{"token": "secret"}'
    result = reviews("approve", "mine", "--reject", "--comment", "too slow", "--json")
    assert result.json == {
        "run": "mine",
        "answer": "rejected",
        "comment": "too slow",
        "by": "arn:aws:iam::123456789012:user/me",
    }
    assert runs.calls[0].startswith("answer secret {")


def test_the_result_of_a_run_that_was_waited_for_is_one_document(
    runs: RunsWorld, reviews: Reviews
) -> None:
    runs.add("mine")
    found = reviews("status", "mine", "--wait", "--json").json
    assert found["run"] == "mine"
    assert found["evaluation"] == EVALUATION
