"""Registers the scaling of the endpoint with Application Auto Scaling."""

from typing import Any

import boto3

from contract.names import scalable_target
from shared.environment import Environment
from shared.errors import translate_errors

ENVIRONMENT = Environment.read()
SCALING = boto3.client("application-autoscaling")


@translate_errors
def handler(event: dict[str, Any], _context: object) -> dict[str, Any]:
    scaling = event["scaling"]
    target = scalable_target(ENVIRONMENT.endpoint, scaling["variant"])
    # Both calls replace what was registered.
    SCALING.register_scalable_target(
        **target, MinCapacity=scaling["least"], MaxCapacity=scaling["most"]
    )
    SCALING.put_scaling_policy(
        **target,
        PolicyName=ENVIRONMENT.endpoint,
        PolicyType="TargetTrackingScaling",
        TargetTrackingScalingPolicyConfiguration={
            "TargetValue": scaling["invocations_per_instance"],
            "PredefinedMetricSpecification": {
                "PredefinedMetricType": "SageMakerVariantInvocationsPerInstance"
            },
            "ScaleOutCooldown": 60,
            "ScaleInCooldown": 300,
        },
    )
    return target
