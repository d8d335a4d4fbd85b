"""The stacks of an environment."""

from typing import Any

from contract.names import stack_name
from infra.settings import Settings
from reviews.client.aws.connection import Connection
from reviews.client.aws.stack_outputs import find_stack

BOOTSTRAP = "CDKToolkit"


def names(settings: Settings) -> list[str]:
    """The names of the stacks, each after those it depends on (infra/stage.py)."""
    return [stack_name(settings.name, part) for part in ("Storage", "Features", "Pipeline")]


def find(connection: Connection, name: str) -> dict[str, Any]:
    """The stack as DescribeStacks returns it; empty if there is no such stack."""
    return find_stack(connection.client("cloudformation"), name)


def is_up(status: str) -> bool:
    """Whether a stack of this status can be used; the status is empty if there is no stack."""
    return status.endswith("_COMPLETE") and not status.startswith(("DELETE", "ROLLBACK"))


def account(connection: Connection) -> str:
    """Account and region in the form of `cdk bootstrap`: aws://ACCOUNT/REGION."""
    identity = connection.client("sts").get_caller_identity()["Account"]
    return f"aws://{identity}/{connection.settings.region}"
