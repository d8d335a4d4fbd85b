"""Operations on scalable targets.

Refused, not ignored: targets other than variants of endpoints, tags.
"""

import re
import time
import uuid

from localcloud.autoscaling import decision
from localcloud.autoscaling.activity import scale
from localcloud.core.cloud import Cloud
from localcloud.core.errors import AwsError, ValidationException
from localcloud.core.records import Record, pick, refuse
from localcloud.hosting import capacity, scalable_target
from localcloud.hosting.scalable_target import DIMENSION, NAMESPACE, TARGET

_SERVICE = "application-autoscaling"
_RESOURCE = re.compile("endpoint/[^/]+/variant/[^/]+")
_ACTIVE = {
    "DynamicScalingInSuspended": False,
    "DynamicScalingOutSuspended": False,
    "ScheduledScalingSuspended": False,
}


def register_scalable_target(cloud: Cloud, request: Record) -> Record:
    """Registers or updates a target, and moves its count into the bounds at once."""
    check_resource(request)
    refuse(request, ["Tags"])
    resource = request["ResourceId"]
    _, endpoint, _, variant = resource.split("/")
    count = capacity.instance_count(cloud, endpoint, variant)
    target = scalable_target.find(cloud, resource) or _new(cloud, request)
    target |= pick(request, "MinCapacity", "MaxCapacity")
    target["SuspendedState"] |= request.get("SuspendedState", {})
    _check_bounds(target)
    cloud.store.put(TARGET, resource, target)
    if change := decision.into_bounds(target, count):
        scale(cloud, target, change)
    return {"ScalableTargetARN": target["ScalableTargetARN"]}


def check_resource(request: Record) -> None:
    """Raises ValidationException unless it is the instance count of an endpoint variant."""
    if request["ServiceNamespace"] != NAMESPACE:
        raise ValidationException(
            f"ServiceNamespace {request['ServiceNamespace']} is not supported by localcloud"
        )
    if request["ScalableDimension"] != DIMENSION:
        raise ValidationException(
            f"ScalableDimension {request['ScalableDimension']} is not supported by localcloud"
        )
    if not _RESOURCE.fullmatch(request["ResourceId"]):
        raise ValidationException(
            f"ResourceId {request['ResourceId']!r} must be endpoint/NAME/variant/NAME"
        )


def _new(cloud: Cloud, request: Record) -> Record:
    if "MinCapacity" not in request or "MaxCapacity" not in request:
        raise ValidationException(
            "MinCapacity and MaxCapacity are required to register a new scalable target"
        )
    identifier = uuid.uuid4().hex
    return {
        **pick(request, "ServiceNamespace", "ResourceId", "ScalableDimension"),
        "RoleARN": f"arn:aws:iam::{cloud.account}:role/aws-service-role/sagemaker.application-"
        "autoscaling.amazonaws.com/AWSServiceRoleForApplicationAutoScaling_SageMakerEndpoint",
        "CreationTime": time.time(),
        "SuspendedState": dict(_ACTIVE),
        "ScalableTargetARN": f"arn:aws:{_SERVICE}:{cloud.region}:{cloud.account}:"
        f"scalable-target/{identifier}",
    }


def _check_bounds(target: Record) -> None:
    if target["MinCapacity"] < 1:
        raise ValidationException("Minimum capacity must be at least 1 for an endpoint variant")
    if target["MaxCapacity"] < target["MinCapacity"]:
        raise ValidationException("Maximum capacity cannot be less than minimum capacity")


def describe_scalable_targets(cloud: Cloud, request: Record) -> Record:
    wanted = request.get("ResourceIds")
    found = [
        {name: value for name, value in target.items() if name not in ("ScaledOut", "ScaledIn")}
        for target in cloud.store.list(TARGET)
        if target["ServiceNamespace"] == request["ServiceNamespace"]
        and request.get("ScalableDimension", DIMENSION) == target["ScalableDimension"]
        and (wanted is None or target["ResourceId"] in wanted)
    ]
    return {"ScalableTargets": found}


def deregister_scalable_target(cloud: Cloud, request: Record) -> Record:
    if scalable_target.find(cloud, request["ResourceId"]) is None:
        raise no_target(request, "found")
    scalable_target.deregister(cloud, request["ResourceId"])
    return {}


def no_target(request: Record, verb: str) -> AwsError:
    """AWS's message has "found" for DeregisterScalableTarget and "registered" elsewhere."""
    return AwsError("ObjectNotFoundException", f"No scalable target {verb} for {place(request)}")


def place(request: Record) -> str:
    """The target as it is named in AWS's messages."""
    return (
        f"service namespace: {request['ServiceNamespace']}, resource ID: {request['ResourceId']}, "
        f"scalable dimension: {request['ScalableDimension']}"
    )
