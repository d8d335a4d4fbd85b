"""The last of these tests: destroys the deployment of the others."""

import sys

from reviews.client.runs.execution import Execution
from tests.integration.deployment import Deployment


def test_destroy_leaves_nothing(deployment: Deployment, succeeded: Execution) -> None:
    deployment.destroy()
    deployment.run(sys.executable, "-m", "reviews.cli.teardown", "--env", "local")
