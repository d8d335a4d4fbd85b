import pytest

from common.rated_labels import BY_STARS, parse
from common.rows import read_rows
from reading.errors import UserError

LABELS = parse(BY_STARS)


@pytest.mark.parametrize(
    ("row", "message"),
    [
        ('1,3,"[]"', "part.csv row 1: input_ids must be a list that is not empty"),
        ('1,4,"[2,3]"', "part.csv row 1: star_rating 4 must be from 1 to 5, and label_id 1 its"),
        ('x,4,"[2,3]"', "part.csv row 1: input_ids, label_id and star_rating are not readable"),
    ],
)
def test_features_that_preparation_cannot_have_made_are_named(tmp_path, row, message):
    (tmp_path / "part.csv").write_text(f"label_id,star_rating,input_ids\n{row}\n")
    with pytest.raises(UserError, match=message):
        read_rows(tmp_path, LABELS)


def test_part_files_in_any_order_give_the_same_rows(session_features, tmp_path):
    (source,) = (session_features / "train").glob("*.csv")
    header, *lines = source.read_text().splitlines()
    (tmp_path / "a.csv").write_text("\n".join([header, *lines[9:]]))
    (tmp_path / "b.csv").write_text("\n".join([header, *lines[:9]]))
    assert read_rows(tmp_path, LABELS) == read_rows(session_features / "train", LABELS)
