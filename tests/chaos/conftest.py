"""One embedded AWS with the app deployed into it, an undisturbed run, and what faults come to."""

from collections.abc import Iterator

import pytest

from localcloud.faults.client import FaultClient
from localcloud.server import LocalCloud
from reviews.client.endpoint import invocation
from reviews.client.runs.execution import Execution
from tests.chaos import outcomes
from tests.chaos.environment import ChaosDeployment, deployed, embedded_aws
from tests.chaos.job_executions import JobExecutions, Reports, Scorings, Undisturbed, run
from tests.chaos.outcomes import Tried
from tests.chaos.runs import start
from tests.integration import reviews, streams
from tests.integration.executions import finish
from tests.ml_code.tiny_models import base_model, session_features, trained
from worlds.waiting import until

__all__ = ["base_model", "session_features", "trained"]
_TEXTS = [text for _, text in reviews.rows()][::3]  # 134: several records in each of two parts


@pytest.fixture(scope="session")
def cloud(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalCloud]:
    with embedded_aws(tmp_path_factory.mktemp("chaos")) as running:
        yield running


@pytest.fixture(scope="session")
def deployment(
    cloud: LocalCloud, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[ChaosDeployment]:
    with deployed(cloud, tmp_path_factory.mktemp("cdk")) as made:
        yield made


@pytest.fixture(scope="session")
def undisturbed(deployment: ChaosDeployment) -> Execution:
    """A whole run to which nothing happens, with which all others are compared."""
    found = finish(deployment, start(deployment, "undisturbed"))
    found.result()  # raises with the cause of a failure
    return found


@pytest.fixture
def faults(cloud: LocalCloud) -> Iterator[FaultClient]:
    """Those of a test end with it."""
    yield cloud.faults
    cloud.faults.clear()


@pytest.fixture(scope="session")
def tried() -> Tried:
    """Writes down `tried(area, fault, outcome)`, once everything is checked."""
    return outcomes.note


@pytest.fixture(scope="module")
def captured(deployment: ChaosDeployment, undisturbed: Execution) -> None:
    """More requests than a report needs, all of them in the bucket."""
    runtime, outputs = deployment.client("sagemaker-runtime"), deployment.outputs()
    wanted = streams.captured(deployment) + len(_TEXTS)
    for text in _TEXTS:
        invocation.predict(runtime, outputs.endpoint_name, [text])
    assert until(lambda: streams.captured(deployment) >= wanted, seconds=60)


@pytest.fixture(scope="module")
def worlds(
    deployment: ChaosDeployment, captured: None, tmp_path_factory: pytest.TempPathFactory
) -> dict[str, Undisturbed]:
    """Of each state machine, with what an execution makes to which nothing happens."""
    made: list[JobExecutions] = [
        Scorings(deployment, tmp_path_factory.mktemp("scoring"), _TEXTS),
        Reports(deployment),
    ]
    found = {}
    for world in made:
        ended = run(deployment, world)
        assert ended.status == "SUCCEEDED", ended.cause
        found[world.names.job] = Undisturbed(world, world.product(ended))
    return found
