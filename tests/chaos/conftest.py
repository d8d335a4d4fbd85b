"""One embedded AWS with the app deployed into it, an undisturbed run, and what faults come to."""

from collections.abc import Iterator

import pytest

from localcloud.faults.client import FaultClient
from localcloud.server import LocalCloud
from reviews.client.runs.execution import Execution
from tests.chaos import outcomes
from tests.chaos.environment import ChaosDeployment, deployed, embedded_aws
from tests.chaos.outcomes import Tried
from tests.chaos.runs import start
from tests.integration.executions import finish


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
