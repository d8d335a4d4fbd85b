"""Lets the endpoint have more instances when it is asked more."""

from typing import Any

import boto3

from contract.names import scalable_target
from shared.environment import Environment
from shared.steps import step

ENVIRONMENT = Environment.read()
SCALING = boto3.client("application-autoscaling")


@step
def handler(event: dict[str, Any], _context: object) -> dict[str, Any]:
    scaling = event["scaling"]
    target = scalable_target(ENVIRONMENT.endpoint, scaling["variant"])
    # Both calls replace what was there.
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
