"""The number of instances that a scalable target should have, computed from one `Moment`.

AWS decides by two CloudWatch alarms: three minutes above the target, fifteen below nine tenths of
it. Here the last minute decides both ways.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from localcloud.core.records import Record

_SCALE_IN_BELOW = 0.9  # of the target value, as the low alarm of target tracking
_COOLDOWN_SECONDS = 300  # AWS's default for endpoint variants


@dataclass(frozen=True)
class Moment:
    """The state that is decided on. `load`: invocations per instance in the last minute."""

    now: float
    instances: int
    load: float
    scaled_out: float = -math.inf  # when the last scale-out ended
    scaled_in: float = -math.inf


@dataclass(frozen=True)
class Decision:
    """The new number of instances, and the cause that the scaling activity shows."""

    instances: int
    cause: str


def decide(target: Record, policies: Sequence[Record], moment: Moment) -> Decision | None:
    """The new number of instances, or None to leave it. Of several policies the largest wins."""
    if not policies:
        return None
    wanted = {_wanted(policy, moment): policy for policy in policies}
    most = max(wanted)
    bounded = min(max(most, target["MinCapacity"]), target["MaxCapacity"])
    suspended = target.get("SuspendedState", {})
    if bounded > moment.instances and most > moment.instances:
        allowed = not suspended.get("DynamicScalingOutSuspended")
    elif bounded < moment.instances and most < moment.instances:
        allowed = not suspended.get("DynamicScalingInSuspended")
    else:
        allowed = False
    return Decision(bounded, _cause(wanted[most], moment)) if allowed else None


def into_bounds(target: Record, instances: int) -> Decision | None:
    """What registering a target does to a number of instances outside of its bounds."""
    if instances < target["MinCapacity"]:
        least: int = target["MinCapacity"]
        return Decision(least, f"minimum capacity was set to {least}")
    if instances > target["MaxCapacity"]:
        most: int = target["MaxCapacity"]
        return Decision(most, f"maximum capacity was set to {most}")
    return None


def _wanted(policy: Record, moment: Moment) -> int:
    """What one policy wants, whatever the bounds; the present number while it cools down."""
    config = policy["TargetTrackingScalingPolicyConfiguration"]
    goal = config["TargetValue"]
    enough = math.ceil(moment.instances * moment.load / goal)
    if moment.load > goal:
        cooled = moment.now - moment.scaled_out >= config.get("ScaleOutCooldown", _COOLDOWN_SECONDS)
        return enough if cooled else moment.instances
    if moment.load >= _SCALE_IN_BELOW * goal or config.get("DisableScaleIn"):
        return moment.instances
    # A scale-out counts, too: the minute before it says nothing about the new instances.
    changed = max(moment.scaled_in, moment.scaled_out)
    cooled = moment.now - changed >= config.get("ScaleInCooldown", _COOLDOWN_SECONDS)
    return min(enough, moment.instances) if cooled else moment.instances


def _cause(policy: Record, moment: Moment) -> str:
    goal = policy["TargetTrackingScalingPolicyConfiguration"]["TargetValue"]
    side = "above" if moment.load > goal else "below"
    return (
        f"{moment.load:g} invocations per instance in the last minute, {side} the target value "
        f"{goal:g}, triggered policy {policy['PolicyName']}"
    )
