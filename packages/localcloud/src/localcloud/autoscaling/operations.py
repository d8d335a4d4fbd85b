"""Operations of Application Auto Scaling."""

from localcloud.autoscaling import activity, policy, target
from localcloud.core.cloud import Operations
from localcloud.core.operations import of

OPERATIONS: Operations = of(
    "application-autoscaling",
    {
        "DescribeScalingActivities": activity.describe_scaling_activities,
        "PutScalingPolicy": policy.put_scaling_policy,
        "DescribeScalingPolicies": policy.describe_scaling_policies,
        "DeleteScalingPolicy": policy.delete_scaling_policy,
        "RegisterScalableTarget": target.register_scalable_target,
        "DescribeScalableTargets": target.describe_scalable_targets,
        "DeregisterScalableTarget": target.deregister_scalable_target,
    },
)
