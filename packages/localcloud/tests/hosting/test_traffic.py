from typing import Any

import pytest

from localcloud.core.errors import ValidationException
from localcloud.hosting.traffic import Policy, Traffic
from worlds.served_model import deployment, size


@pytest.mark.parametrize(
    ("config", "shares"),
    [
        ({}, [1.0]),
        (deployment("ALL_AT_ONCE"), [1.0]),
        (deployment("CANARY", CanarySize=size(10)), [0.1, 1.0]),
        (deployment("CANARY", CanarySize=size(1, "INSTANCE_COUNT")), [0.25, 1.0]),
        (deployment("LINEAR", LinearStepSize=size(1, "INSTANCE_COUNT")), [0.25, 0.5, 0.75, 1.0]),
        (deployment("LINEAR", LinearStepSize=size(40)), [0.4, 0.8, 1.0]),
    ],
)
def test_traffic_moves_in_the_steps_of_its_type(
    config: dict[str, Any], shares: list[float]
) -> None:
    assert Policy.parse(config).shares(instances=4) == pytest.approx(shares)


@pytest.mark.parametrize(
    ("config", "complaint"),
    [
        (deployment("CANARY"), "CanarySize is required"),
        (deployment("LINEAR", CanarySize=size(10)), "CanarySize is not allowed"),
        (deployment("CANARY", CanarySize=size(51)), "CanarySize must be 0-50%"),
        (deployment("CANARY", CanarySize=size(3, "INSTANCE_COUNT")), "CanarySize must be 0-50%"),
        (deployment("LINEAR", LinearStepSize=size(5)), "LinearStepSize must be 10-50%"),
        (
            {"RollingUpdatePolicy": {"WaitIntervalInSeconds": 0}},
            "RollingUpdatePolicy is not supported",
        ),
    ],
)
def test_an_impossible_policy_is_refused(config: dict[str, Any], complaint: str) -> None:
    with pytest.raises(ValidationException, match=complaint):
        Policy.parse(config).check([4])


class Fleet:
    """As much of a fleet as choosing needs: its variants' names."""

    def __init__(self, name: str, *variants: str) -> None:
        self.name, self.variants = name, variants

    def choose(self, variant_name: str | None) -> str | None:
        known = variant_name is None or variant_name in self.variants
        return self.name if known else None


def test_the_canary_gets_its_share_of_the_requests() -> None:
    old: Any = Fleet("old", "a", "b")
    new: Any = Fleet("new", "b", "c")
    traffic = Traffic(old, new, share=0.2)
    chosen = [traffic.choose(None) for _ in range(20_000)]
    assert chosen.count("new") / len(chosen) == pytest.approx(0.2, abs=0.02)  # type: ignore[comparison-overlap]
    assert {traffic.choose("a") for _ in range(100)} == {"old"}
    assert {traffic.choose("c") for _ in range(100)} == {"new"}
    assert traffic.choose("d") is None
