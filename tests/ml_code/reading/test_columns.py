import json
from dataclasses import replace
from pathlib import Path

import pytest

from reading.columns import Columns, as_settings, check_columns, detect, near_title, resolved
from reading.errors import UserError
from reading.files import has_title, open_table, open_tables, read_chunks
from reading.judging import Judge, Rejects
from reading.ratings import Numbers, RatingLookup
from reading.tables import CheckedColumn

DEFAULTS = Columns(text="Review Text", rating="Rating", title="Title")
STARS = RatingLookup(Numbers(1, (0, 0, 1, 2, 2)))
AMAZON_TSV = (
    "marketplace\tcustomer_id\treview_id\tproduct_id\tproduct_parent\tproduct_title\t"
    "product_category\tstar_rating\thelpful_votes\ttotal_votes\tvine\tverified_purchase\t"
    "review_headline\treview_body\treview_date\n"
    'US\t1\tR1\tB1\t9\tScarf 5"\tApparel\t4\t0\t0\tN\tY\tNice\t"soft" &#34;warm<br />\t2015-08-31\n'
    'US\t1\tR2\tB1\t9\tScarf\tApparel\t1\t0\t0\tN\tY\tBad\t"never\t2015-08-31\n'
)
TEXT, ALONE = 'Nice. "soft" "warm', '"soft" "warm'


def table(header: str, row: str) -> str:
    return f"{header}\n{row}\n"


EXPORTS = {
    "Amazon (TSV)": AMAZON_TSV,
    "Amazon (2018)": json.dumps(
        {"overall": 4.0, "verified": True, "reviewerID": "A", "asin": "B", "style": {"Size:": "L"},
         "reviewText": '"soft" &#34;warm', "summary": "Nice", "unixReviewTime": 1}
    ),
    "Amazon (2023)": json.dumps(
        {"rating": 4.0, "title": "Nice", "text": '"soft" &#34;warm<br />', "images": [],
         "asin": "B", "parent_asin": "B", "user_id": "A", "timestamp": 1, "verified_purchase": True}
    ),
    "Yelp": json.dumps(
        {"review_id": "r", "user_id": "u", "business_id": "b", "stars": 4.0, "useful": 0,
         "funny": 0, "cool": 0, "text": '"soft" "warm', "date": "2018-07-07 22:09:11"}
    ),
    "Yotpo": table(
        "appKey,Review ID,Review Status,Review Score,Review Title,Review Content,Product ID",
        'k,1,Published,4,Nice,"""soft"" &quot;warm<br>",9',
    ),
    "Trustpilot": table(
        "Review Id;Reviewer Name;Review Stars;Review Title;Review Content;Review Date;Language",
        '1;Ann;4;Nice;"""soft"" ""warm";2026-01-31;en',
    ),
    "Judge.me": table(
        "title,body,rating,review_date,source,curated,reviewer_name,reviewer_email,product_id",
        'Nice,"""soft"" ""warm",4,2026-01-31,web,ok,Ann,a@b.c,9',
    ),
    "Shopify Product Reviews": table(
        "product_handle,state,rating,title,author,email,location,body,reply,created_at,replied_at",
        'scarf,published,4,Nice,Ann,a@b.c,,"""soft"" ""warm",,2026-01-31,',
    ),
    "Okendo": table(
        "reviewId,productId,rating,title,body,reviewer.name,reviewer.email,dateCreated",
        'r,9,4,Nice,"""soft"" ""warm",Ann,a@b.c,2026-01-31T10:00:00Z',
    ),
    "Loox": table(
        "id,status,rating,email,nickname,full_name,review,date,productId,handle,img,variant",
        '1,Active,4,a@b.c,Ann,Ann B,"""soft"" ""warm",2026-01-31,9,scarf,,M',
    ),
    "Amazon Fine Food (Kaggle)": table(
        "Id,ProductId,UserId,ProfileName,HelpfulnessNumerator,HelpfulnessDenominator,Score,Time,"
        "Summary,Text",
        '1,B,A,Ann,1,1,4,1303862400,Nice,"""soft"" ""warm"',
    ),
    "Google Play": table(
        "Package Name,App Version Code,Reviewer Language,Star Rating,Review Title,Review Text",
        'org.scarf,1,en,4,Nice,"""soft"" ""warm"',
    ),
    "Google Business Profile": json.dumps(
        {"reviewId": "r", "starRating": "FOUR", "comment": '"soft" "warm', "createTime": "2026"}
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", EXPORTS)
def test_the_columns_of_a_known_export_are_offered_and_read(tmp_path, name):
    path = tmp_path / "export"
    encoding = "utf-16" if name == "Google Play" else "utf-8"
    path.write_text(EXPORTS[name], encoding=encoding, newline="")
    header = open_table(path, []).header
    what, columns = detect(header, DEFAULTS)
    assert what == f"an export of {name}"
    with pytest.raises(UserError) as caught:
        check_columns(Path("export"), header, DEFAULTS)
    offer = " ".join(as_settings(columns))
    assert f"It looks like {what}: run again with --detect-columns, or with {offer}" in str(
        caught.value
    )
    judge, rejects = Judge(STARS), Rejects()
    checked = CheckedColumn(columns.rating, STARS.is_rating)
    chunks = read_chunks(open_tables(path, columns), columns, checked)
    rows = [row for chunk in chunks for row in judge.usable_rows(chunk, rejects)]
    assert rows[0] == (TEXT if columns.title else ALONE, 3)
    assert rejects.counts.total() == 0


def test_data_sets_of_other_ratings_are_known_whose_classes_are_a_setting():
    what, columns = detect(["review", "sentiment"], DEFAULTS)
    assert (what, columns) == (
        "an export of IMDB", Columns(text="review", rating="sentiment", title="")
    )  # fmt: skip
    header = ["app_id", "app_name", "review_text", "review_score", "review_votes"]
    what, columns = detect(header, Columns(text="Text", rating="Rating"))
    assert (what, columns.text, columns.rating) == (
        "an export of Steam (Kaggle)", "review_text", "review_score"
    )  # fmt: skip


def test_an_export_is_known_whatever_the_case_and_spaces_of_its_names():
    header = ["published", "review_title", "review_content", "review_score", "date"]
    what, columns = detect(header, DEFAULTS)
    assert what == "an export of Yotpo"
    assert columns == Columns(text="review_content", rating="review_score", title="review_title")


def test_a_yotpo_export_is_offered_in_words_for_the_shell():
    with pytest.raises(UserError) as caught:
        check_columns(Path("r.csv"), ["Review Score", "Review Title", "Review Content"], DEFAULTS)
    assert str(caught.value) == (
        "r.csv: no column named 'Review Text', 'Rating'; the columns are 'Review Score', 'Review "
        "Title', 'Review Content'. It looks like an export of Yotpo: run again with "
        "--detect-columns, or with --set 'columns.text=Review Content' "
        "--set 'columns.rating=Review Score' --set 'columns.title=Review Title'"
    )


def test_names_that_differ_in_case_and_spaces_are_offered_and_exact_ones_come_first():
    header = ["review_text", " RATING", "id"]
    what, columns = detect(header, DEFAULTS)
    assert what == "your columns, written otherwise"
    assert columns == Columns(text="review_text", rating=" RATING", title="")
    assert detect(["text", "points"], DEFAULTS) is None
    check_columns(Path("r.csv"), ["Review Text", "Rating", "review_body", "star_rating"], DEFAULTS)


def test_names_that_look_the_same_are_the_same_and_exact_ones_come_first():
    header = ["\ufeff Title", "Review\u00a0Text", "Gro\u0308\u00dfe", "Rating", "Rating "]
    wanted = Columns(text="Review Text", rating="Rating", title="Title")
    found = Columns(text="Review\u00a0Text", rating="Rating", title="\ufeff Title")
    assert resolved(header, wanted) == found
    assert resolved(header, Columns(text="Gr\u00f6\u00dfe")).text == "Gro\u0308\u00dfe"
    assert resolved(["text"], wanted) == wanted


def test_a_title_under_a_similar_name_is_offered():
    assert near_title(["review text", "TITLE"], DEFAULTS) == "TITLE"
    assert near_title(["text", "subject"], DEFAULTS) == ""


def test_a_wide_table_is_named_by_its_first_columns():
    header = [f"c{number}" for number in range(40)]
    with pytest.raises(UserError) as caught:
        check_columns(Path("r.csv"), header, DEFAULTS)
    assert str(caught.value).endswith(
        "'c13', 'c14' and 25 more; name yours: --set columns.text=COLUMN --set "
        "columns.rating=COLUMN"
    )


def test_only_a_column_that_is_used_must_be_there_once():
    check_columns(Path("r.csv"), ["Review Text", "Rating", "x", "x"], DEFAULTS)
    for name in ("Review Text", "Rating", "Title"):
        header = ["Review Text", "Rating", "Title", name]
        with pytest.raises(UserError, match=f"2 columns are named '{name}'; rename all but one"):
            check_columns(Path("r.csv"), header, DEFAULTS)


def test_a_title_that_is_the_text_is_not_read_twice(tmp_path):
    path = tmp_path / "r.csv"
    path.write_text("Title,Rating\nSoft wool,5\n")
    columns = Columns(text="Title", rating="Rating", title="Title")
    tables = open_tables(path, columns)
    (chunk,) = read_chunks(tables, columns, CheckedColumn("Rating", STARS.is_rating))
    assert (chunk.texts, chunk.titles) == (["Soft wool"], ("",))
    assert not has_title(tables, columns)
    assert near_title(["Title", "Rating"], columns) == ""


@pytest.mark.parametrize("role", ["text", "title"])
def test_the_column_of_the_rating_is_no_other_one(role):
    columns = replace(DEFAULTS, **{role: "Rating"})
    with pytest.raises(UserError, match="'Rating' is the column of the rating, and also that of"):
        check_columns(Path("r.csv"), ["Review Text", "Rating", "Title"], columns)


def test_of_two_columns_that_look_the_same_none_is_taken():
    header = ["Review Text", "Rating ", "Rating\u00a0"]
    assert resolved(header, DEFAULTS).rating == "Rating"
    with pytest.raises(UserError, match="no column named 'Rating'; the columns are 'Review Text'"):
        check_columns(Path("r.csv"), header, resolved(header, DEFAULTS))
