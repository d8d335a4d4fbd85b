"""One embedded AWS with the real CDK app deployed into it, for all tests of this folder.

The policies of all roles are enforced after the deployment, so that an execution or a teardown
without a permission fails here.
"""

from collections.abc import Iterator
from pathlib import Path

import pytest

from localcloud.server import LocalCloud
from reviews.client.runs.execution import Execution
from tests.integration import reviews
from tests.integration.deployment import CDK, Deployment
from tests.integration.executions import finish, start

# They look at, and end, what all the others have done; test_statements.py begins.
_LAST = ("test_statements.py", "test_teardown.py")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    items.sort(key=lambda item: _LAST.index(item.path.name) if item.path.name in _LAST else -1)


@pytest.fixture(scope="session")
def cloud(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalCloud]:
    with LocalCloud(data_dir=tmp_path_factory.mktemp("localcloud")) as running:
        yield running


@pytest.fixture(scope="session")
def deployment(cloud: LocalCloud, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Deployment]:
    """The app after `cdk bootstrap` and `cdk deploy`, with the base model uploaded."""
    assert Path(CDK).exists(), "run `make install` first"
    deployment = Deployment(cloud, tmp_path_factory.mktemp("cdk"))
    deployment.set_up()
    with cloud.enforce_iam():
        yield deployment


@pytest.fixture(scope="session")
def succeeded(deployment: Deployment) -> Execution:
    """One whole execution on 400 reviews, two of which have line breaks in their quotes."""
    rows = reviews.rows()
    rows[0] = (rows[0][0], rows[0][1].replace(", ", ",\n\n"))
    rows[1] = (rows[1][0], f'{rows[1][1]}\r\n"Really", he said')
    found = finish(deployment, start(deployment, "whole-run", reviews.to_csv(rows)))
    found.result()  # raises with the cause of a failure
    return found
