import numpy as np

from evaluating.evaluation_page import render
from evaluating.report import classification_report

NAMES = ("negative", "neutral", "positive")


def test_texts_of_reviews_are_escaped_in_the_page():
    result = classification_report(np.array([[5, 0, 0], [5, 0, 0], [0, 0, 5]]), NAMES, seed=1)
    mistake = {
        "text": "<script>x</script>",
        "actual": "neutral",
        "predicted": "negative",
        "probability": 1,
    }
    rest = {
        "engine": "torch-cpu",
        "temperature": 1.2,
        "reliability": {
            "expected_calibration_error": 0.01,
            "bins": [],
            "error_by_chance": {"mean": 0.02, "percentile_95": 0.03},
        },
        "reliability_before_scaling": {"expected_calibration_error": 0.1, "bins": []},
    }
    page = render({**result, **rest, "worst_mistakes": [mistake]})
    assert "<script>" not in page
    assert "&lt;script&gt;" in page
    assert "There are none." not in page
    assert "calibration error: 0.010, without the temperature 0.100" in page
    assert "There are none." in render({**result, **rest, "worst_mistakes": []})
