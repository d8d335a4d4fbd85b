import numpy as np
import pytest

from reading.errors import UserError
from serving.temperature import probabilities, read_temperature, write_temperature

LOGITS = np.array([[0.3, -2.0, 0.29], [900.0, 0.0, -900.0]], dtype=np.float32)


@pytest.mark.parametrize("temperature", [0.05, 1.0, 20.0])
def test_no_temperature_changes_a_predicted_class(temperature):
    found = probabilities(LOGITS, temperature)
    assert found.argmax(axis=1).tolist() == [0, 0]
    assert found.sum(axis=1) == pytest.approx([1, 1], abs=1e-6)


def test_a_temperature_of_2_takes_the_root_of_the_odds():
    (usual, _), (scaled, _) = probabilities(LOGITS, 1.0), probabilities(LOGITS, 2.0)
    assert scaled[0] / scaled[1] == pytest.approx((usual[0] / usual[1]) ** 0.5, rel=1e-5)


def test_the_temperature_is_that_of_the_artefact(tmp_path):
    write_temperature(tmp_path, 1.25)
    assert read_temperature(tmp_path) == 1.25


@pytest.mark.parametrize("content", [None, "", "{}", "[]", '{"temperature": "warm"}', "{"])
def test_an_artefact_without_a_temperature_is_named(tmp_path, content):
    if content is not None:
        (tmp_path / "calibration.json").write_text(content)
    with pytest.raises(UserError, match=r"no temperature can be read from calibration\.json"):
        read_temperature(tmp_path)


@pytest.mark.parametrize("value", ["0", "-1", "NaN", "Infinity"])
def test_a_temperature_that_is_not_above_0_is_refused(tmp_path, value):
    (tmp_path / "calibration.json").write_text(f'{{"temperature": {value}}}')
    with pytest.raises(UserError, match="it must be above 0"):
        read_temperature(tmp_path)
