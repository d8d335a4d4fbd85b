"""The stacks of an environment."""

from typing import Any

from botocore.exceptions import ClientError

from contract.names import stack_name
from reviews.client.aws.connection import Connection

BOOTSTRAP = "CDKToolkit"


def names(environment: str) -> list[str]:
    """In the order in which they need each other (infra/stage.py)."""
    return [stack_name(environment, part) for part in ("Storage", "Features", "Pipeline")]


def find(connection: Connection, name: str) -> dict[str, Any]:
    """DescribeStacks; empty if there is no such stack."""
    try:
        found = connection.client("cloudformation").describe_stacks(StackName=name)["Stacks"]
    except ClientError as error:
        if "does not exist" not in str(error):
            raise
        return {}
    stack: dict[str, Any] = found[0]
    return stack


def is_up(status: str) -> bool:
    """Whether a stack of this status can be used; an empty one is that of no stack."""
    return status.endswith("_COMPLETE") and not status.startswith(("DELETE", "ROLLBACK"))


def account(connection: Connection) -> str:
    """Account and region, as `cdk bootstrap` wants them."""
    identity = connection.client("sts").get_caller_identity()["Account"]
    return f"aws://{identity}/{connection.settings.region}"
