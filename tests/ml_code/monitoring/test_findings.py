"""A stream that has moved is found, and one that has not is not.

docs/drift.md has the figures of these simulations.
"""

from dataclasses import replace

import numpy as np
import pytest

from contract.drift import QUANTITIES
from monitoring.findings import find
from tests.ml_code.monitoring.streams import (
    STREAM,
    THRESHOLDS,
    Stream,
    baseline,
    period,
)

_PERIODS = 200


def drifted(found) -> list[str]:
    return [finding.quantity for finding in found if finding.drifted]


@pytest.mark.parametrize(
    ("rows", "requests", "texts_a_request"),
    [(100, 100, 1.0), (300, 1_000, 3.0), (2_000, 100, 1.0), (2_000, 2_000, 3.0)],
)
def test_a_stream_that_has_not_moved_alarms_in_fewer_than_one_of_a_hundred_periods(
    rows: int, requests: int, texts_a_request: float
) -> None:
    """Each period has another baseline, too, so that one lucky baseline proves nothing."""
    generator = np.random.default_rng(rows + requests)
    alarms = 0
    for _ in range(_PERIODS):
        known = baseline(generator, rows)
        sums = period(
            generator, known, requests, texts_a_request=texts_a_request, rated=requests // 2
        )
        alarms += bool(drifted(find(known, sums, THRESHOLDS)))
    assert alarms / _PERIODS < 0.01


# Shifts, and with how many requests, or rated texts, at least nine of ten periods find them, with a
# baseline of 1,000 reviews.
_FOUND = [
    ("class_mix", replace(STREAM, mix=(0.4, 0.1, 0.5)), 300),
    ("confidence", replace(STREAM, confidence=0.65), 200),
    ("length", replace(STREAM, length=33.0), 300),
    ("unknown_words", replace(STREAM, unknown=0.12), 200),
    ("other_languages", replace(STREAM, other=0.12), 200),
    ("other_languages", replace(STREAM, other=0.1), 500),
    ("accuracy", replace(STREAM, errors=1.7), 500),
    ("accuracy", replace(STREAM, errors=1.5), 1_000),
    ("calibration", replace(STREAM, errors=1.7), 500),
]


@pytest.mark.parametrize(("quantity", "stream", "requests"), _FOUND)
def test_a_stream_that_has_moved_is_found(quantity: str, stream: Stream, requests: int) -> None:
    generator = np.random.default_rng(7)
    found = 0
    for _ in range(50):
        known = baseline(generator, 1_000)
        sums = period(generator, known, requests, stream, rated=requests)
        found += quantity in drifted(find(known, sums, THRESHOLDS))
    assert found >= 45


def test_every_quantity_has_a_shift_that_is_found() -> None:
    assert {quantity for quantity, _, _ in _FOUND} == set(QUANTITIES)


def test_much_traffic_does_not_alarm_for_a_trifle() -> None:
    generator = np.random.default_rng(3)
    known = baseline(generator, 50_000)
    slightly = replace(STREAM, mix=(0.23, 0.1, 0.67), confidence=0.74, length=46.0, unknown=0.065)
    found = find(known, period(generator, known, 50_000, slightly), THRESHOLDS)
    assert drifted(found) == []
    certain = [finding.quantity for finding in found if finding.p_value < 1e-6]
    assert {"class_mix", "confidence", "unknown_words"} <= set(certain)


def test_texts_of_one_request_are_no_independent_witnesses() -> None:
    """A hundred requests of a hundred texts each, of which every request has one class."""
    generator = np.random.default_rng(5)
    known = baseline(generator, 1_000)
    alarms = 0
    for _ in range(_PERIODS):
        sums = period(generator, known, 100)
        single = sums["class_mix"]
        classes = generator.choice(3, size=100, p=known.distributions["class_mix"].shares)
        single = type(single)(3)
        single.add_bins(np.repeat(np.arange(100), 100), np.repeat(classes, 100))
        assert 80 <= single.effective_texts <= 130
        found = find(known, {**sums, "class_mix": single}, THRESHOLDS)
        alarms += "class_mix" in drifted(found)
    assert alarms / _PERIODS < 0.01


def test_a_finding_says_what_moved_by_how_much_and_with_how_many_requests() -> None:
    generator = np.random.default_rng(1)
    known = baseline(generator, 1_000)
    sums = period(generator, known, 500, replace(STREAM, mix=(0.7, 0.1, 0.2), unknown=0.2))
    by_name = {finding.quantity: finding for finding in find(known, sums, THRESHOLDS)}
    mix = by_name["class_mix"]
    assert mix.drifted
    assert mix.sentence.startswith("Predicted classes: 35.3% of the texts fall elsewhere: negative")
    assert "positive 59% → 24%" in mix.sentence
    assert mix.sentence.endswith("(500 texts in 500 requests)")
    assert sum(one.period for one in mix.bins) == pytest.approx(1)
    words = by_name["unknown_words"]
    assert words.baseline == pytest.approx(0.06, abs=0.01)
    assert words.period == pytest.approx(0.2, abs=0.02)
    assert words.sentence == (
        f"Unknown words: {words.period:.1%} of the words, {words.baseline:.1%} before "
        "(500 texts in 500 requests)"
    )


def test_a_higher_accuracy_is_no_drift() -> None:
    generator = np.random.default_rng(1)
    known = baseline(generator, 1_000)
    sums = period(generator, known, 2_000, replace(STREAM, errors=0.2), rated=2_000)
    (accuracy,) = (one for one in find(known, sums, THRESHOLDS) if one.quantity == "accuracy")
    assert accuracy.shift > 0.1
    assert accuracy.p_value < 1e-6
    assert not accuracy.drifted
