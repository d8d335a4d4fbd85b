"""Deployments while a run is under way: of a changed app, and the removal of everything."""

import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from reviews.client.runs.execution import Execution
from tests.chaos.environment import ChaosDeployment, deployed, embedded_aws
from tests.chaos.outcomes import Outcome, Tried
from tests.chaos.runs import begin_again, expect_one_job, expect_same_at_once, start
from tests.integration.executions import finish, unique
from worlds.waiting import until

pytestmark = [pytest.mark.slow, pytest.mark.timeout(3600)]
Moment = Callable[[ChaosDeployment], bool]


@pytest.fixture(scope="module")
def own(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ChaosDeployment]:
    """An environment of this module's own, since it is taken away."""
    folder: Path = tmp_path_factory.mktemp("environment")
    with ExitStack() as stack:
        cloud = stack.enter_context(embedded_aws(folder / "cloud"))
        yield stack.enter_context(deployed(cloud, folder))


@pytest.fixture(scope="module")
def first(own: ChaosDeployment) -> Execution:
    found = finish(own, start(own, "first"))
    found.result()
    return found


def runs_job(kind: str, verb: str) -> Moment:
    """Whether such a job is under way."""

    def moment(deployment: ChaosDeployment) -> bool:
        client = deployment.client("sagemaker")
        pages = client.get_paginator(f"list_{kind}_jobs").paginate(
            StatusEquals="InProgress", NameContains=f"reviews-local-{verb}-"
        )
        return any(page[f"{kind.capitalize()}JobSummaries"] for page in pages)

    return moment


def endpoint_changes(deployment: ChaosDeployment) -> bool:
    found = deployment.client("sagemaker").list_endpoints()["Endpoints"]
    return any(item["EndpointStatus"] in ("Creating", "Updating") for item in found)


# In the order of a run.
MOMENTS: dict[str, Moment] = {
    "processing": runs_job("processing", "process"),
    "training": runs_job("training", "train"),
    "evaluation": runs_job("processing", "evaluate"),
    "deployment": endpoint_changes,
}


@pytest.mark.parametrize("moment", ["training", "deployment"])
def test_a_run_ends_as_it_began_though_the_app_is_changed_meanwhile(
    own: ChaosDeployment, first: Execution, tried: Tried, moment: str
) -> None:
    arn = start(own, unique(f"during-{moment}"))
    assert until(lambda: MOMENTS[moment](own), seconds=300, pause=0.3)
    own.app = f"{ChaosDeployment.app} 1"  # a gate that nothing passes
    own.deploy()
    found = finish(own, arn)
    expect_same_at_once(own, found, first)
    later = finish(own, begin_again(own, unique("later"), first))
    own.app = ChaosDeployment.app
    own.deploy()
    assert (later.status, later.error) == ("FAILED", "Gate")
    assert "is below 1" in later.cause
    tried("Deployments", f"`cdk deploy` of a changed app during the {moment}", Outcome.SAME)


@pytest.mark.parametrize("moment", MOMENTS)
def test_what_is_destroyed_during_a_run_leaves_nothing_and_can_be_made_again(
    own: ChaosDeployment, tried: Tried, moment: str
) -> None:
    start(own, unique(f"cut-{moment}"))
    assert until(lambda: MOMENTS[moment](own), seconds=300, pause=0.3)
    own.destroy()
    own.run(sys.executable, "-m", "reviews.cli.teardown", "--env", "local")
    own.set_up()  # since the bootstrap is gone, too
    found = finish(own, start(own, unique("anew")))
    assert found.status == "SUCCEEDED", found.cause
    expect_one_job(own, found.result()["run"]["id"])
    tried("Deployments", f"`cdk destroy` during the {moment}", Outcome.AGAIN)
