import numpy as np
import pytest
from sklearn.calibration import _TemperatureScaling

from training.calibration import fit_temperature

ROWS, CLASSES = 4000, 3


@pytest.fixture
def logits():
    return np.random.default_rng(1).normal(0, 2, (ROWS, CLASSES)).astype(np.float32)


def drawn(logits, temperature):
    """Labels that are as probable as the logits, divided by the temperature, say."""
    noise = np.random.default_rng(2).gumbel(size=logits.shape)
    return (logits / temperature + noise).argmax(axis=1)


@pytest.mark.parametrize("temperature", [0.4, 1.0, 2.5])
def test_the_temperature_with_which_labels_were_drawn_is_found(logits, temperature):
    fitted = fit_temperature(logits, drawn(logits, temperature))
    assert fitted == pytest.approx(temperature, rel=0.05)


def test_the_temperature_is_that_of_scikit_learn(logits):
    """With each row once for its label, and once for each class with a small weight."""
    labels = drawn(logits, 1.7)
    weights = np.concatenate([np.full(ROWS, ROWS), np.full(ROWS * CLASSES, 1)]).astype(float)
    observed = np.concatenate([labels, np.repeat(np.arange(CLASSES), ROWS)]).astype(float)
    theirs = _TemperatureScaling().fit(
        np.tile(logits.astype(float), (1 + CLASSES, 1)), observed, sample_weight=weights
    )
    assert fit_temperature(logits, labels) == pytest.approx(1 / theirs.beta_, abs=1e-3)


def test_a_small_split_without_a_mistake_makes_no_prediction_certain(logits):
    few = logits[:30]
    temperature = fit_temperature(few, few.argmax(axis=1))
    scaled = np.exp(few / temperature)
    assert (scaled.max(axis=1) / scaled.sum(axis=1)).mean() < 0.97


def test_a_model_that_is_worse_than_chance_keeps_its_predictions(logits):
    temperature = fit_temperature(logits, logits.argmin(axis=1))
    assert temperature == 20
