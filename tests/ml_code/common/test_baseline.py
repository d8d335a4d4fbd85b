import numpy as np
import pytest

from common.baseline import Baseline, make_baseline
from common.text_measures import TextMeasures
from reading.errors import UserError

ROWS = 90


def made(class_counts: dict[str, int] | None = None) -> Baseline:
    """Of a balanced split: negative reviews are short, and half of the neutral ones are French."""
    actual = np.repeat([0, 1, 2], ROWS // 3)
    confidence = np.linspace(0.5, 0.99, ROWS)
    languages = ["en"] * 30 + ["en", "fr"] * 15 + ["en"] * 29 + ["de"]
    return make_baseline(
        classes=("negative", "neutral", "positive"),
        actual=actual,
        predicted=np.where(np.arange(ROWS) % 10 == 0, 0, actual),
        confidence=confidence,
        measures=TextMeasures(
            lengths=np.where(actual == 0, 5, 50),
            unknown=np.where(actual == 0, 0.5, 0.1),
            languages=languages,
        ),
        class_counts=class_counts or {},
    )


def test_rows_are_weighted_to_the_classes_as_they_were() -> None:
    found = made({"negative": 800, "neutral": 100, "positive": 100})
    shares = found.distributions["class_mix"].shares
    assert shares == pytest.approx([0.8 + 0.2 * 0.1, 0.09, 0.09], abs=1e-5)
    assert found.means["unknown_words"].mean == pytest.approx(0.8 * 0.5 + 0.2 * 0.1)
    assert found.distributions["length"].shares == pytest.approx([0.8, 0.2])
    # Kish: (sum of w)² / (sum of w²), of weights 2.4, 0.3 and 0.3.
    assert found.effective_rows == pytest.approx(90 * 9 / (3 * (2.4**2 + 2 * 0.3**2)), abs=0.1)


def test_without_the_counts_every_row_weighs_the_same() -> None:
    assert made().effective_rows == ROWS
    assert made({"bad": 1, "good": 2}).effective_rows == ROWS


def test_languages_of_a_twentieth_of_the_rows_are_those_of_the_training() -> None:
    found = made()
    assert found.languages == ["en", "fr"]
    assert found.distributions["other_languages"].shares[1] == pytest.approx(1 / ROWS, abs=1e-5)
    assert found.is_other(["en", "", "fr", "de", "CJK"]).tolist() == [0, 0, 0, 1, 1]


def test_numbers_are_divided_into_parts_of_equally_many_rows() -> None:
    confidence = made().distributions["confidence"]
    assert len(confidence.names) == 8
    assert confidence.shares == pytest.approx([1 / 8] * 8, abs=0.01)
    assert confidence.names[0] == f"below {confidence.edges[0]:.3f}"
    assert confidence.bins_of(np.array([0.0, confidence.edges[0], 1.0])).tolist() == [0, 1, 7]


def test_a_baseline_is_read_as_it_was_written(tmp_path) -> None:
    made().write(tmp_path)
    assert Baseline.read(tmp_path) == made()


@pytest.mark.parametrize("content", ["", "[]", '{"version": 2}', '{"version": 1}'])
def test_a_baseline_that_cannot_be_read_is_named(tmp_path, content: str) -> None:
    (tmp_path / "baseline.json").write_text(content)
    with pytest.raises(UserError, match=r"baseline\.json: the baseline cannot be read"):
        Baseline.read(tmp_path)
