import numpy as np

from evaluating.calibration import reliability


def test_reliability_compares_confidence_with_accuracy():
    actual = np.array([0] * 10 + [1] * 4)
    probabilities = np.array([[0.82, 0.1, 0.08]] * 10 + [[0.55, 0.45, 0.0]] * 4)
    assert reliability(actual, probabilities) == {
        "expected_calibration_error": round((10 * 0.18 + 4 * 0.55) / 14, 4),
        "bins": [
            {"from": 0.5, "to": 0.6, "rows": 4, "confidence": 0.55, "accuracy": 0.0},
            {"from": 0.8, "to": 0.9, "rows": 10, "confidence": 0.82, "accuracy": 1.0},
        ],
    }
