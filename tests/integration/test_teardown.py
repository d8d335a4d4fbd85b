"""The last of these tests: it takes away what the others use."""

import sys

from reviews.client.runs.execution import Execution
from tests.integration.deployment import Deployment


def test_destroy_leaves_nothing(deployment: Deployment, succeeded: Execution) -> None:
    deployment.destroy()
    deployment.run(sys.executable, "-m", "reviews.cli.teardown", "--env", "local")
