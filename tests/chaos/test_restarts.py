"""The embedded AWS ends during executions and is started again: as if all of AWS had ended."""

from pathlib import Path

import pytest

from localcloud.server import LocalCloud
from reviews.client.runs import execution
from reviews.client.runs.execution import Execution
from tests.chaos.environment import ChaosDeployment
from tests.chaos.job_executions import (
    REPORT,
    SCORING,
    Reports,
    Scorings,
    expect_nothing_runs,
    expect_same,
    jobs,
)
from tests.chaos.outcomes import Outcome, Tried
from tests.chaos.runs import expect_same as expect_same_run
from tests.chaos.runs import jobs as jobs_of_run
from tests.chaos.runs import roll_back, running, start, versions
from tests.integration import reviews
from tests.integration.executions import finish, unique
from worlds.waiting import until

pytestmark = [pytest.mark.slow, pytest.mark.timeout(1800)]
TEXTS = [text for _, text in reviews.rows()][:60]


def test_executions_end_with_the_embedded_aws_and_can_be_redriven(
    cloud: LocalCloud,
    deployment: ChaosDeployment,
    undisturbed: Execution,
    tried: Tried,
    tmp_path: Path,
) -> None:
    scorings, reports = Scorings(deployment, tmp_path, TEXTS), Reports(deployment)
    scored = finish(deployment, scorings.prepare()())
    assert scored.status == "SUCCEEDED", scored.cause
    name, back = unique("restart"), unique("back")
    arns = {
        "a run": start(deployment, name),
        SCORING.title: scorings.prepare()(),
        REPORT.title: reports.prepare()(),
    }
    waited = (
        lambda: jobs_of_run(deployment, "process", name),
        lambda: jobs(deployment, SCORING, arns[SCORING.title].rpartition(":")[2]),
        lambda: jobs(deployment, REPORT, arns[REPORT.title].rpartition(":")[2]),
    )
    for one in waited:
        assert until(one, bool, seconds=120, pause=0.1)
    version = undisturbed.result()["model_package"]["version"]
    arns["a rollback"] = roll_back(deployment, back, version)
    cloud.restart()
    cloud.enforce_iam()
    states, again = deployment.client("stepfunctions"), {}
    for what, arn in arns.items():
        found = execution.describe(states, arn)  # of which some see their job end before
        assert found.status == "FAILED", f"{what}: {found.status} {found.cause}"
        execution.redrive(states, found)
        again[what] = finish(deployment, arn)
    expect_same_run(deployment, again["a run"], undisturbed)
    assert running(deployment, name) == []
    rolled_back = again["a rollback"].result()
    assert versions(deployment, rolled_back["run"]["id"]) == [rolled_back["model_package"]["arn"]]
    expect_same(deployment, scorings, again[SCORING.title], scorings.product(scored))
    assert again[REPORT.title].status == "SUCCEEDED", again[REPORT.title].cause
    expect_nothing_runs(deployment, REPORT, again[REPORT.title].name)
    for what in arns:
        tried("The embedded AWS ends", f"during {what}", Outcome.AGAIN)
