"""After all the executions before: no permission was missing, and which were not needed."""

from cli.execution import Execution
from localcloud.server import LocalCloud
from tests.integration.deployment import Deployment
from tests.integration.least_privilege import statements, unused


def test_every_permission_was_used(
    cloud: LocalCloud, deployment: Deployment, succeeded: Execution
) -> None:
    found = statements(
        deployment.client("cloudformation"), deployment.client("iam"), "reviews-local-Pipeline"
    )
    for statement, action in unused(found, cloud.iam_decisions()):
        print(statement.role, statement.number, action)
    raise AssertionError
