"""Operations on scaling policies: target tracking of the invocations per instance.

Refused, not ignored: policies other than target tracking, metrics other than that one.
"""

import time
import uuid

from localcloud.autoscaling.target import check_resource, no_target, place
from localcloud.core.cloud import Cloud
from localcloud.core.errors import AwsError, ValidationException
from localcloud.core.records import Record, pick, refuse
from localcloud.hosting import scalable_target
from localcloud.hosting.scalable_target import DIMENSION

_METRIC = "SageMakerVariantInvocationsPerInstance"
_TRACKING = "TargetTrackingScaling"
_CONFIG = "TargetTrackingScalingPolicyConfiguration"


def put_scaling_policy(cloud: Cloud, request: Record) -> Record:
    check_resource(request)
    _check(request)
    resource, name = request["ResourceId"], request["PolicyName"]
    if scalable_target.find(cloud, resource) is None:
        raise no_target(request, "registered")
    policy = scalable_target.find_policy(cloud, resource, name) or _new(cloud, request)
    scalable_target.put_policy(cloud, policy | {_CONFIG: request[_CONFIG]})
    return {"PolicyARN": policy["PolicyARN"], "Alarms": []}


def _check(request: Record) -> None:
    kind = request.get("PolicyType", "StepScaling")
    if kind != _TRACKING:
        raise ValidationException(f"PolicyType {kind} is not supported by localcloud")
    refuse(request, ["StepScalingPolicyConfiguration", "PredictiveScalingPolicyConfiguration"])
    if _CONFIG not in request:
        raise ValidationException(f"{_CONFIG} is required for PolicyType {_TRACKING}")
    config = request[_CONFIG]
    refuse(config, ["CustomizedMetricSpecification"])
    metric = config.get("PredefinedMetricSpecification", {}).get("PredefinedMetricType")
    if metric != _METRIC:
        raise ValidationException(f"PredefinedMetricType {metric} is not supported by localcloud")
    if config["TargetValue"] <= 0:
        raise ValidationException("TargetValue must be above 0")


def _new(cloud: Cloud, request: Record) -> Record:
    resource, name = request["ResourceId"], request["PolicyName"]
    return {
        **pick(
            request,
            "PolicyName",
            "ServiceNamespace",
            "ResourceId",
            "ScalableDimension",
            "PolicyType",
        ),
        "PolicyARN": f"arn:aws:autoscaling:{cloud.region}:{cloud.account}:scalingPolicy:"
        f"{uuid.uuid4()}:resource/sagemaker/{resource}:policyName/{name}",
        "Alarms": [],  # `decision` says what decides instead
        "CreationTime": time.time(),
    }


def describe_scaling_policies(cloud: Cloud, request: Record) -> Record:
    names = request.get("PolicyNames")
    found = [
        policy
        for policy in scalable_target.policies(cloud, request.get("ResourceId"))
        if policy["ServiceNamespace"] == request["ServiceNamespace"]
        and request.get("ScalableDimension", DIMENSION) == policy["ScalableDimension"]
        and (names is None or policy["PolicyName"] in names)
    ]
    return {"ScalingPolicies": found}


def delete_scaling_policy(cloud: Cloud, request: Record) -> Record:
    resource, name = request["ResourceId"], request["PolicyName"]
    if scalable_target.find_policy(cloud, resource, name) is None:
        raise AwsError(
            "ObjectNotFoundException",
            f"No scaling policy found for {place(request)}, policy name: {name}",
        )
    scalable_target.delete_policy(cloud, resource, name)
    return {}
