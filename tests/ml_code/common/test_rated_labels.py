import re

import pytest

from common.labels import Labels
from common.rated_labels import BY_STARS, parse
from reading.errors import UserError
from reading.ratings import Numbers, Texts


def test_three_classes_by_stars():
    labels = parse(BY_STARS)
    assert labels.names == ("negative", "neutral", "positive")
    assert labels.sentiments == (-1, 0, 1)
    assert labels.ratings == Numbers(1, (0, 0, 1, 2, 2))
    assert labels.features == [(-1, 0, 1), (-1, 0, 2), (0, 1, 3), (1, 2, 4), (1, 2, 5)]


def test_numbers_may_be_ranges_leave_gaps_and_be_left_out():
    labels = parse("bad=-2..0/good=3,4/=6")
    assert labels.sentiments == ()
    assert labels.ratings == Numbers(-2, (0, 0, 0, -1, -1, 1, 1, -1, -1))
    assert labels.features[0] == (None, 0, -2)


def test_a_text_is_the_name_of_its_class_unless_others_are_given():
    labels = parse("schlecht:-1/gut:1=gut,sehr%20gut/=Egal")
    assert labels.sentiments == (-1, 1)
    texts = {"schlecht": 0, "gut": 1, "sehr gut": 1, "egal": -1}
    assert labels.ratings == Texts(texts, (0, 1))
    assert labels.features == [(-1, 0, None), (1, 1, None)]


@pytest.mark.parametrize(
    ("argument", "reason"),
    [
        ("", "'' is not like a class of negative:-1=1,2/"),
        ("bad=1/good=2/", "'' is not like a class of"),
        ("1=bad/2=good", "'1=bad' is not like a class of"),
        ("bad:low=1/good:high=2", "'bad:low=1' is not like a class of"),
        ("bad=1", "it must name two classes or more, each once"),
        ("bad=1/bad=2", "it must name two classes or more, each once"),
        ("bad:0=1/good=2", "either all classes have a sentiment or none"),
        ("bad=1,2/good=2", "the rating 2 is there twice"),
        ("bad=no/good=NO", "the rating 'no' is there twice"),
        ("bad=0/good=127", "from 0 to 127 are more than 127 numbers"),
    ],
)
def test_a_wrong_argument_is_named_with_the_reason(argument, reason):
    with pytest.raises(UserError, match=re.escape(f"--labels {argument!r}: {reason}")):
        parse(argument)


def test_a_trained_model_knows_its_classes_but_no_ratings():
    labels = Labels(names=("bad", "good"))
    assert labels.rating_index(1, 5) == 1
    with pytest.raises(ValueError, match="label_id 2 must be from 0 to 1"):
        labels.rating_index(2, None)
