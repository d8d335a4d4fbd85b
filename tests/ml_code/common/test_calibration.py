import numpy as np

from common.calibration import error_by_chance, reliability


def test_reliability_compares_confidence_with_accuracy():
    confidence = np.array([0.82] * 10 + [0.55] * 4)
    correct = np.array([True] * 10 + [False] * 4)
    assert reliability(confidence, correct) == {
        "expected_calibration_error": round((10 * 0.18 + 4 * 0.55) / 14, 4),
        "bins": [
            {"from": 0.5, "to": 0.6, "rows": 4, "confidence": 0.55, "accuracy": 0.0},
            {"from": 0.8, "to": 0.9, "rows": 10, "confidence": 0.82, "accuracy": 1.0},
        ],
    }


def test_perfect_probabilities_have_an_error_by_chance_that_falls_with_the_rows():
    confidence = np.linspace(0.4, 0.95, 315)
    found = error_by_chance(confidence, seed=1)
    assert 0.02 < found["mean"] < 0.05 < found["percentile_95"] < 0.09
    many = error_by_chance(np.tile(confidence, 20), seed=1)
    assert many["mean"] < 0.012


def test_the_error_by_chance_is_what_drawn_labels_score():
    """The mean of many test splits whose labels follow the probabilities."""
    generator = np.random.default_rng(3)
    probabilities = generator.dirichlet((2, 1, 1), size=200)
    confidence, predicted = probabilities.max(axis=1), probabilities.argmax(axis=1)
    errors = []
    for _ in range(300):
        actual = (generator.random((200, 1)) > probabilities.cumsum(axis=1)).sum(axis=1)
        errors.append(reliability(confidence, predicted == actual)["expected_calibration_error"])
    expected = error_by_chance(confidence, seed=1)["mean"]
    assert abs(np.mean(errors) - expected) < 0.003
