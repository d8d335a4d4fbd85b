"""The records of scalable targets and their policies."""

from localcloud.core.cloud import Cloud
from localcloud.core.records import Record

NAMESPACE = "sagemaker"
DIMENSION = "sagemaker:variant:DesiredInstanceCount"
TARGET = "scalable-target"
_POLICY = "scaling-policy"


def resource_id(endpoint: str, variant: str) -> str:
    """The ResourceId of a variant, `endpoint/NAME/variant/NAME`."""
    return f"endpoint/{endpoint}/variant/{variant}"


def find(cloud: Cloud, resource: str) -> Record | None:
    """The target of a ResourceId; None if there is none."""
    return cloud.store.get(TARGET, resource)


def policies(cloud: Cloud, resource: str | None = None) -> list[Record]:
    """The policies of one ResourceId, or of all."""
    found = cloud.store.list(_POLICY)
    return [policy for policy in found if resource in (None, policy["ResourceId"])]


def find_policy(cloud: Cloud, resource: str, name: str) -> Record | None:
    """The policy of this name; None if there is none."""
    return cloud.store.get(_POLICY, _policy_key(resource, name))


def put_policy(cloud: Cloud, policy: Record) -> None:
    """Stores a policy instead of an earlier one of its name."""
    key = _policy_key(policy["ResourceId"], policy["PolicyName"])
    cloud.store.put(_POLICY, key, policy)


def delete_policy(cloud: Cloud, resource: str, name: str) -> None:
    """Deletes a policy; nothing if there is none."""
    cloud.store.delete(_POLICY, _policy_key(resource, name))


def _policy_key(resource: str, name: str) -> str:
    return f"{resource}|{name}"


def deregister(cloud: Cloud, resource: str) -> None:
    """Removes the target and its policies."""
    for policy in policies(cloud, resource):
        delete_policy(cloud, resource, policy["PolicyName"])
    cloud.store.delete(TARGET, resource)


def deregister_endpoint(cloud: Cloud, endpoint: str) -> None:
    """Removes the targets of a deleted endpoint; DeleteEndpoint needs the permission for it."""
    for target in cloud.store.list(TARGET):
        if target["ResourceId"].startswith(resource_id(endpoint, "")):
            deregister(cloud, target["ResourceId"])
