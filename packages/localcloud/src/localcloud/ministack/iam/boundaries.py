"""The permissions boundary of a role that a template makes: ministack keeps that of users only."""

from collections.abc import Callable
from typing import Any

from localcloud.ministack.modules import Ministack
from localcloud.ministack.patch import Patch, names

Properties = dict[str, Any]
_PROPERTY = "PermissionsBoundary"


def create_with_boundary(ministack: Ministack, create: Callable[..., Any]) -> Callable[..., Any]:
    def create_role(logical_id: str, properties: Properties, stack: str) -> Any:
        _check(ministack, properties)
        made = create(logical_id, properties, stack)
        ministack.iam._roles[made[0]][_PROPERTY] = properties.get(_PROPERTY)
        return made

    return create_role


def update_with_boundary(ministack: Ministack, update: Callable[..., Any]) -> Callable[..., Any]:
    def update_role(
        physical_id: str, old: Properties, new: Properties, stack: str, logical_id: str
    ) -> Any:
        _check(ministack, new)
        made = update(physical_id, old, new, stack, logical_id)
        ministack.iam._roles[made[0]][_PROPERTY] = new.get(_PROPERTY)
        return made

    return update_role


def _check(ministack: Ministack, properties: Properties) -> None:
    """Raises ValueError, with IAM's words for a policy that does not exist."""
    arn = properties.get(_PROPERTY)
    if arn and not ministack.iam._policy_exists(arn):
        raise ValueError(f"Scope ARN: {arn} does not exist or is not attachable.")


_ROLE = "services.cloudformation.provisioners:_RESOURCE_HANDLERS[AWS::IAM::Role]"
_UPSTREAM = "CloudFormation: the permissions boundary of a role is lost"
_TEST = "ministack/iam/test_boundaries.py"
PATCHES = (
    Patch(
        target=f"{_ROLE}[create]",
        make=create_with_boundary,
        why="the permissions boundary of a template's role limits it",
        upstream=_UPSTREAM,
        test=f"{_TEST}::test_a_role_of_a_template_has_its_boundary",
        uses=names("services.iam", "_roles", "_policy_exists"),
    ),
    Patch(
        target=f"{_ROLE}[update]",
        make=update_with_boundary,
        why="the permissions boundary of a role changes with its template",
        upstream=_UPSTREAM,
        test=f"{_TEST}::test_an_update_changes_the_boundary",
        uses=names("services.iam", "_roles", "_policy_exists"),
    ),
)
