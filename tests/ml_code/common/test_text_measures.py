import pytest

from common.text_measures import TextMeter


def test_a_word_that_the_vocabulary_lacks_is_unknown(base_model) -> None:
    found = TextMeter(base_model).measure(["the dress was lovely", "the brilliant dress zzz", ""])
    assert found.lengths.tolist() == [4, 4, 0]
    assert found.unknown.tolist() == [0, 0.5, 0]
    assert found.languages == ["en", "", ""]


def test_in_a_byte_level_vocabulary_a_word_in_pieces_is_unknown(small_roberta) -> None:
    meter = TextMeter(small_roberta)
    known, unknown = meter.measure([" lovely dress", " schadenfreude qwertz"]).unknown
    assert known == pytest.approx(0)
    assert unknown == pytest.approx(1)
