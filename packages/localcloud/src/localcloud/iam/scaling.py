"""The actions that the scaling of endpoints requires: to set it up, and when one is deleted."""

from collections.abc import Iterator, Mapping

from localcloud.http.wire import SCALING
from localcloud.iam.authorization import RequiredAction
from localcloud.iam.call import Call

_WITHOUT_RESOURCE_TYPES = (
    "DescribeScalableTargets",
    "DescribeScalingActivities",
    "DescribeScalingPolicies",
)
_ROLE = (
    "sagemaker.application-autoscaling.amazonaws.com/"
    "AWSServiceRoleForApplicationAutoScaling_SageMakerEndpoint"
)
_SCALED: Mapping[str, tuple[str, ...]] = {
    "RegisterScalableTarget": (
        "sagemaker:DescribeEndpoint",
        "sagemaker:DescribeEndpointConfig",
        "sagemaker:UpdateEndpointWeightsAndCapacities",
        "iam:CreateServiceLinkedRole",
    ),
    "PutScalingPolicy": ("cloudwatch:PutMetricAlarm", "cloudwatch:DescribeAlarms"),
    # The service-linked role deletes the alarms.
    "DeleteScalingPolicy": (),
    "DeregisterScalableTarget": (),
}


def is_known(operation: str) -> bool:
    """Whether the required actions of an operation of Application Auto Scaling are known."""
    return operation in (*_SCALED, *_WITHOUT_RESOURCE_TYPES)


def scaling_actions(call: Call) -> Iterator[RequiredAction]:
    """The caller needs permissions on the endpoint and its alarms, too:
    https://docs.aws.amazon.com/sagemaker/latest/dg/endpoint-auto-scaling-prerequisites.html"""
    action = f"{SCALING}:{call.operation}"
    if call.operation in _WITHOUT_RESOURCE_TYPES:
        yield RequiredAction(action)
        return
    yield RequiredAction(action, _target(call))
    resource: str = call.request["ResourceId"]
    endpoint = resource.split("/")[1]
    described = call.find("endpoint", endpoint) or {}
    config = call.arn("endpoint-config", described.get("EndpointConfigName", "*"))
    place = f"{call.region}:{call.account}"
    alarm = f"arn:aws:cloudwatch:{place}:alarm:TargetTracking-{resource}-*"
    role = f"arn:aws:iam::{call.account}:role/aws-service-role/{_ROLE}"
    for name in _SCALED[call.operation]:
        match name.partition(":")[0]:
            case "iam":
                yield RequiredAction(name, role, {"iam:AWSServiceName": _ROLE.partition("/")[0]})
            case "cloudwatch":
                # "You can't return information about composite alarms" with a narrower scope.
                yield RequiredAction(name, "*" if name.endswith(":DescribeAlarms") else alarm)
            case _:
                is_config = name.endswith("Config")
                yield RequiredAction(name, config if is_config else call.arn("endpoint", endpoint))


def _target(call: Call) -> str:
    return f"arn:aws:{SCALING}:{call.region}:{call.account}:scalable-target/*"


def deregistration_actions(call: Call) -> Iterator[RequiredAction]:
    """To delete an endpoint that scales requires to deregister its scalable target, too:
    https://docs.aws.amazon.com/sagemaker/latest/dg/endpoint-delete-with-scaling.html"""
    if call.operation != "DeleteEndpoint":
        return
    name = call.request["EndpointName"]
    deployed = (call.find("endpoint", name) or {}).get("EndpointConfigName", "")
    config = call.find("endpoint-config", deployed) or {}
    variants = (variant["VariantName"] for variant in config.get("ProductionVariants", []))
    if any(call.find("scalable-target", f"endpoint/{name}/variant/{one}") for one in variants):
        yield RequiredAction(f"{SCALING}:DeregisterScalableTarget", _target(call))
