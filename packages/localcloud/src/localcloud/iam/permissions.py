"""The actions that a call requires."""

from collections.abc import Iterator

from localcloud.core.cloud import ApiCall, Cloud
from localcloud.http.wire import QUOTAS, RUNTIMES, SCALING
from localcloud.iam import resources, scaling
from localcloud.iam.authorization import Authorization, RequiredAction
from localcloud.iam.call import Call
from localcloud.iam.keys import key_actions

_SERVICE = "sagemaker.amazonaws.com"


def is_known(service: str, operation: str) -> bool:
    """Whether the required actions of an operation are known."""
    if service == QUOTAS:
        return True
    known = scaling.is_known if service == SCALING else resources.is_known
    return known(operation)


def authorize(cloud: Cloud, asked: ApiCall) -> None:
    """Raises AccessDenied for an action that is denied, with the HTTP status of the service."""
    call = Call(
        asked.service, asked.operation, asked.request, cloud.region, cloud.account, cloud.store.get
    )
    status = 403 if asked.service in RUNTIMES else 400
    cloud.service(Authorization).require(asked.access_key, required_actions(call), status)


def required_actions(call: Call) -> Iterator[RequiredAction]:
    """Every action that a call requires, by the Service Authorization Reference."""
    if call.service == SCALING:
        yield from scaling.scaling_actions(call)
        return
    if call.service == QUOTAS:  # its actions have no resource types
        yield RequiredAction(f"servicequotas:{call.operation}")
        return
    found = list(resources.resource_arns(call))
    yield from (call.own(resource) for resource in found)
    yield from _tagging_actions(call, found[0])
    yield from _pass_role_actions(call)
    yield from key_actions(call)
    yield from scaling.deregistration_actions(call)


def _tagging_actions(call: Call, resource: str) -> Iterator[RequiredAction]:
    if call.request.get("Tags") and call.operation.startswith("Create"):
        yield RequiredAction("sagemaker:AddTags", resource, call.context(resource))


def _pass_role_actions(call: Call) -> Iterator[RequiredAction]:
    role = call.settings.get("RoleArn") or call.settings.get("ExecutionRoleArn")
    if role and call.operation.startswith("Create"):
        yield RequiredAction("iam:PassRole", role, {"iam:PassedToService": _SERVICE})
