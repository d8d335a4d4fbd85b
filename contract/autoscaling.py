"""Application Auto Scaling of an endpoint's variants: describe, deregister and register it.

The command that stops an endpoint and the function that does make the same calls; each gives its
own boto3 client.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from contract import names

_NAMESPACE = "sagemaker"
# The fields of a description that the calls that register targets and policies take.
_TARGET = ("ResourceId", "ScalableDimension", "MinCapacity", "MaxCapacity", "SuspendedState")
_POLICY = (
    "PolicyName",
    "PolicyType",
    "TargetTrackingScalingPolicyConfiguration",
    "StepScalingPolicyConfiguration",
    "PredictiveScalingPolicyConfiguration",
)


def describe(client: Any, endpoint: str, variants: Sequence[str]) -> list[dict[str, Any]]:
    """The scalable target of each variant that has one, with its policies: [{target, policies}]."""
    if not variants:  # without a filter AWS would list the targets of every endpoint
        return []
    resources = [names.scalable_target(endpoint, variant)["ResourceId"] for variant in variants]
    pages = client.get_paginator("describe_scalable_targets").paginate(
        ServiceNamespace=_NAMESPACE, ResourceIds=resources
    )
    return [
        {"target": _pick(target, _TARGET), "policies": _policies(client, target)}
        for page in pages
        for target in page["ScalableTargets"]
    ]


def _policies(client: Any, target: Mapping[str, Any]) -> list[dict[str, Any]]:
    pages = client.get_paginator("describe_scaling_policies").paginate(**_identity(target))
    return [_pick(policy, _POLICY) for page in pages for policy in page["ScalingPolicies"]]


def deregister(client: Any, scaling: Iterable[Mapping[str, Any]]) -> None:
    """Removes the targets, and with them AWS removes their policies and alarms."""
    for entry in scaling:
        client.deregister_scalable_target(**_identity(entry["target"]))


def register(client: Any, scaling: Iterable[Mapping[str, Any]]) -> None:
    """Registers what `describe` returned; it replaces what exists, so it may be repeated."""
    for entry in scaling:
        client.register_scalable_target(ServiceNamespace=_NAMESPACE, **entry["target"])
        for policy in entry["policies"]:
            client.put_scaling_policy(**_identity(entry["target"]), **policy)


def _identity(target: Mapping[str, Any]) -> dict[str, str]:
    return {
        "ServiceNamespace": _NAMESPACE,
        "ResourceId": target["ResourceId"],
        "ScalableDimension": target["ScalableDimension"],
    }


def _pick(record: Mapping[str, Any], fields: Sequence[str]) -> dict[str, Any]:
    return {field: record[field] for field in fields if field in record}
