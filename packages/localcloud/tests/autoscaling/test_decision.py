"""What the scaling policies decide."""

import math
from typing import Any

import pytest

from localcloud.autoscaling.decision import Decision, Moment, decide, into_bounds

BOUNDS = {"MinCapacity": 1, "MaxCapacity": 5}


def tracking(goal: float = 100, name: str = "p", **changes: Any) -> dict[str, Any]:
    config = {"TargetValue": goal, "ScaleOutCooldown": 60, "ScaleInCooldown": 300, **changes}
    return {"PolicyName": name, "TargetTrackingScalingPolicyConfiguration": config}


def wanted(
    load: float, instances: int = 2, *policies: dict[str, Any], **changes: Any
) -> int | None:
    """The number that is decided on, for `changes` of the moment or the target."""
    target = BOUNDS | changes.pop("target", {})
    moment = Moment(now=1000, instances=instances, load=load, **changes)
    decision = decide(target, policies or [tracking()], moment)
    return decision.instances if decision else None


@pytest.mark.parametrize(
    ("load", "instances", "expected"),
    [
        (100, 2, None),
        (101, 2, 3),
        (200, 2, 4),
        (1000, 2, 5),
        (1000, 5, None),
        (95, 2, None),
        (90, 2, None),
        (40, 5, 2),
        (0, 5, 1),
        (0, 1, None),
        (50, 1, None),
    ],
)
def test_the_load_of_the_last_minute_decides(
    load: float, instances: int, expected: int | None
) -> None:
    assert wanted(load, instances) == expected


def test_a_decision_says_why() -> None:
    assert decide(BOUNDS, [tracking()], Moment(now=0, instances=1, load=250)) == Decision(
        3,
        "250 invocations per instance in the last minute, above the target value 100, triggered "
        "policy p",
    )


def test_nothing_happens_while_it_cools_down() -> None:
    assert wanted(200, scaled_out=1000 - 59) is None
    assert wanted(200, scaled_out=1000 - 60, scaled_in=999) == 4
    assert wanted(0, scaled_in=1000 - 299) is None
    assert wanted(0, scaled_out=1000 - 299) is None
    assert wanted(0, scaled_in=1000 - 300, scaled_out=1000 - 300) == 1


def test_a_suspended_direction_stays_as_it_is() -> None:
    out = {"SuspendedState": {"DynamicScalingOutSuspended": True}}
    into = {"SuspendedState": {"DynamicScalingInSuspended": True}}
    assert (wanted(200, target=out), wanted(0, target=out)) == (None, 1)
    assert (wanted(200, target=into), wanted(0, target=into)) == (4, None)
    assert wanted(0, 2, tracking(DisableScaleIn=True)) is None


def test_of_several_policies_the_largest_wins() -> None:
    assert wanted(200, 2, tracking(100), tracking(400, "q")) == 4
    assert wanted(10, 5, tracking(100), tracking(20, "q")) == 3
    assert decide(BOUNDS, [], Moment(now=0, instances=1, load=math.inf)) is None


def test_registering_moves_the_count_into_the_bounds() -> None:
    assert into_bounds({"MinCapacity": 2, "MaxCapacity": 4}, 3) is None
    assert into_bounds({"MinCapacity": 2, "MaxCapacity": 4}, 1) == Decision(
        2, "minimum capacity was set to 2"
    )
    assert into_bounds({"MinCapacity": 2, "MaxCapacity": 4}, 5) == Decision(
        4, "maximum capacity was set to 4"
    )
