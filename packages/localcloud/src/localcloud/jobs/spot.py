"""Managed spot training: its limits, the notice of an interruption, and what is billed.

Not emulated: spot prices. What is not billed is what EC2 does not charge for, and nothing else:
https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/billing-for-interrupted-spot-instances.html
"""

from typing import Any

from localcloud.core.errors import ValidationException

NOTICE_SECONDS = 120  # between EC2's interruption notice, which is SIGTERM here, and SIGKILL
_FREE_SECONDS = 3600  # an instance that EC2 takes back in its first hour costs nothing


def check_spot(request: dict[str, Any], default_runtime: int) -> None:
    """Raises ValidationException for limits that contradict each other, as SageMaker does."""
    limits = request.get("StoppingCondition", {})
    wait = limits.get("MaxWaitTimeInSeconds")
    if not request.get("EnableManagedSpotTraining"):
        if wait is not None:
            raise ValidationException(
                "Invalid MaxWaitTimeInSeconds. It is only supported when "
                "EnableManagedSpotTraining is set to true"
            )
    elif wait is None or wait < limits.get("MaxRuntimeInSeconds", default_runtime):
        raise ValidationException(
            "Invalid MaxWaitTimeInSeconds. It must be present and be greater than or equal to "
            "MaxRuntimeInSeconds"
        )


def unbilled(seconds: float) -> float:
    """How much of the time of an instance that was interrupted is not billed."""
    return seconds if seconds < _FREE_SECONDS else 0.0
