"""Requests, requests that have moved, reports about both, ratings, metric and alarm, with IAM
enforced."""

import csv
import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from contract.names import drift_name
from reviews.client.endpoint import invocation
from reviews.client.runs import execution
from reviews.client.runs.execution import Execution
from tests.integration import reviews, streams
from tests.integration.deployment import Deployment
from tests.integration.executions import finish, unique
from worlds.waiting import until

ALARM = "reviews-local-Drift"
USUAL = [text for _, text in reviews.rows()][::5]  # 80, of every rating as many
MOVED = [
    f"La robe numéro {number} est très belle, mais je la rends pour une autre taille."
    for number in range(120)
]


def command(deployment: Deployment, *words: object) -> Any:
    """The JSON that a command answers."""
    said = deployment.run(sys.executable, "-m", "reviews.cli.main", *map(str, words), "--json")
    return json.loads(said[said.index("{\n") :])


def ask(deployment: Deployment, texts: Sequence[str]) -> None:
    """A request for each text; returns when all are captured, and perhaps earlier ones, too."""
    runtime, outputs = deployment.client("sagemaker-runtime"), deployment.outputs()
    before = streams.captured(deployment)
    for text in texts:
        invocation.predict(runtime, outputs.endpoint_name, [text])
    wanted = before + len(texts)
    assert (
        until(lambda: streams.captured(deployment), lambda now: now >= wanted, seconds=60) >= wanted
    )


def alarm(deployment: Deployment) -> str:
    found = deployment.client("cloudwatch").describe_alarms(AlarmNames=[ALARM])["MetricAlarms"]
    return str(found[0]["StateValue"])


def test_a_stream_that_has_moved_raises_the_alarm_and_one_that_has_not_does_not(
    deployment: Deployment, succeeded: Execution, tmp_path: Path
) -> None:
    ask(deployment, USUAL)
    usual = command(deployment, "drift", "--last", "24h")
    moved = [one["sentence"] for one in usual["findings"] if one["drifted"]]
    assert usual["verdict"] == "no drift", moved
    assert usual["requests"] >= len(USUAL)
    assert alarm(deployment) == "OK"

    ratings = tmp_path / "ratings.csv"
    with ratings.open("w", newline="", encoding="utf-8") as file:
        rows = csv.writer(file)
        rows.writerow(reviews.HEADER)
        rows.writerows((0, 40, text, rating) for rating, text in reviews.rows()[::5])
    assert command(deployment, "feedback", ratings)["ratings"] == len(USUAL)
    ask(deployment, MOVED)
    found = command(deployment, "drift", "--last", "24h")
    assert found["verdict"] == "drift"
    by_name = {one["quantity"]: one for one in found["findings"]}
    assert by_name["other_languages"]["drifted"]
    assert by_name["other_languages"]["shift"] > 0.4
    assert (found["ratings"], found["rated"]) == (len(USUAL), len(USUAL))
    assert by_name["accuracy"]["texts"] == len(USUAL)
    assert alarm(deployment) == "ALARM"
    name = deployment.facade().drift.names(1)[0]
    assert name == found["report"]
    page = deployment.facade().drift.page(name)
    assert "Other languages" in page
    assert "http" not in page  # nothing is loaded from elsewhere


@pytest.mark.parametrize(
    ("given", "cause"),
    [({"last_hours": 0}, "last_hours: 0 must be"), ({"hours": 1}, "unknown field 'hours'")],
)
def test_a_report_that_cannot_be_made_fails_with_the_reason(
    deployment: Deployment, succeeded: Execution, given: dict[str, int], cause: str
) -> None:
    machine = deployment.outputs().state_machine_arn.rpartition(":")[0]
    arn = execution.start(
        deployment.client("stepfunctions"),
        f"{machine}:{drift_name('reviews-local')}",
        unique("wrong"),
        given,
    )
    found = finish(deployment, arn)
    assert (found.status, found.error) == ("FAILED", "DriftReportFailed")
    assert cause in found.cause
