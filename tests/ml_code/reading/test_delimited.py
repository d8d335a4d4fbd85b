"""Rows whose quotes or delimiters are not as they ought to be."""

import re
from pathlib import Path

import pytest

from reading import decoding, scanning
from reading.columns import Columns
from reading.errors import UserError
from reading.files import open_tables, read_chunks
from reading.ratings import Numbers, RatingLookup
from reading.scanning import NO_END, TOO_MANY
from reading.tables import CheckedColumn

STARS = RatingLookup(Numbers(1, (0, 0, 1, 2, 2)))
COLUMNS = Columns(text="Text", rating="Stars", title="Title")


def read(path: Path, content: str, columns: Columns = COLUMNS):
    """(line, text, rating) of each row, and (line, reason) of each fault."""
    path.write_text(content, encoding="utf-8", newline="")
    checked = CheckedColumn(columns.rating, STARS.is_rating)
    rows, faults = [], []
    for chunk in read_chunks(open_tables(path, columns), columns, checked):
        rows += zip(chunk.lines, chunk.texts, chunk.ratings, strict=True)
        faults += [(fault.line, fault.reason) for fault in chunk.faults]
    return rows, faults


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "r.csv"


GOOD = [(2, "fine", "4"), (4, "bad", "1")]


@pytest.mark.parametrize(
    ("row", "text", "rating"),
    [
        ('"never closed,5', '"never closed', "5"),
        ('"Great" product,5', '"Great" product', "5"),
        ('"He said "wow" and left",5', 'He said "wow" and left', "5"),
        ('"He said \\"wow\\"",5', 'He said "wow"', "5"),
        ('"\\"wow\\", he said",5', '"wow", he said', "5"),
        ('"a path C:\\\\ and \\"x\\"",5', 'a path C:\\ and "x"', "5"),
        ('"a \\",b",5', 'a ",b', "5"),
        ("fine,5,,", "fine", "5"),
        ('the 5" screen,5', 'the 5" screen', "5"),
        ('"it is ""fine""",5', 'it is "fine"', "5"),
        ('"ends in \\",5', "ends in \\", "5"),
    ],
)
def test_a_row_of_other_quotes_is_read_where_it_can_mean_one_thing(path, row, text, rating):
    rows, faults = read(path, f"Text,Stars\nfine,4\n{row}\nbad,1\n")
    assert (rows, faults) == ([GOOD[0], (3, text, rating), GOOD[1]], [])
    rows, faults = read(path, f"Text,Stars\nfine,4\n{row}")
    assert (rows, faults) == ([GOOD[0], (3, text, rating)], [])


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ("so, so,3", TOO_MANY),
        ('"so, so, "very" so,3', NO_END),
        ('"never closed, and no number', NO_END),
        ('"quoted", and more, "text",3', TOO_MANY),
    ],
)
def test_a_row_that_is_not_certain_is_counted_with_its_line(path, row, reason):
    rows, faults = read(path, f"Text,Stars\nfine,4\n{row}\nbad,1\n")
    assert (rows, faults) == (GOOD, [(3, reason)])


@pytest.mark.parametrize("delimiter", [",", "\t", ";"])
def test_the_row_names_of_r_have_no_name_in_the_header(path, delimiter):
    lines = ['"Text","Stars"', '"1","soft, warm",5', '"7","so so\nsecond line",3', '"8","",NA']
    content = "\n".join(line.replace('",', f'"{delimiter}') for line in lines)
    rows, faults = read(path, content)
    assert rows == [(2, "soft, warm", "5"), (3, "so so\nsecond line", "3"), (5, "", "NA")]
    assert faults == []


@pytest.mark.parametrize("row", ["1,soft, warm,5", '"1 soft",x,warm,5', '"1","fine","5",'])
def test_other_rows_with_a_field_more_have_no_row_names(path, row):
    rows, faults = read(path, f"Id,Text,Stars\n{row}\n{row}\n")
    assert rows == ([(2, "fine", "5"), (3, "fine", "5")] if "fine" in row else [])
    assert faults == ([] if rows else [(2, TOO_MANY), (3, TOO_MANY)])


def test_a_space_in_front_of_a_quote_is_no_text(path):
    rows, faults = read(path, 'Stars,Text\n5, "soft, warm"\n')
    assert (rows, faults) == ([(2, "soft, warm", "5")], [])


def test_what_follows_a_stray_quote_is_read(path):
    lines = [f"{1 + n % 5},text {n}" for n in range(120)]
    lines[20], lines[60] = '1,"Broke at once', '5,"Love it'
    rows, faults = read(path, "\n".join(["Stars,Text", *lines]) + "\n")
    assert faults == []
    assert [line for line, _, _ in rows] == list(range(2, 122))
    assert rows[20] == (22, '"Broke at once', "1")


def test_rows_behind_a_stray_quote_that_happens_to_be_closed_are_read(path):
    """A strict reader takes the first five lines for one text."""
    content = 'Stars,Text\n1,"Broke at once\n3,ok\n4,fine\n5,good\n2,a screen of 5"\n1,no\n'
    rows, faults = read(path, content)
    assert (len(rows), faults) == (6, [])
    assert rows[0] == (2, '"Broke at once', "1")


def test_a_text_of_many_lines_stays_whole(path):
    text = "My ratings:\n\nComfort,5\nPrice,4\nQuality,3\nWarmth,5\nin all"
    rows, faults = read(path, f'Text,Stars\n"{text}",4\nfine,5\n')
    assert (rows, faults) == ([(2, text, "4"), (9, "fine", "5")], [])


def test_half_a_text_is_no_row(path):
    content = 'Text,Stars\n"He said "wow", twice\nand left",5\nfine,4\n'
    rows, faults = read(path, content)
    assert rows == [(4, "fine", "4")]
    assert faults == [(2, NO_END), (3, NO_END)]


def test_a_text_of_two_lines_with_quotes_in_it_is_read(path):
    rows, faults = read(path, 'Text,Stars\n"He said "wow"\nand left",5\nfine,4\n')
    assert (rows, faults) == ([(2, 'He said "wow"\nand left', "5"), (4, "fine", "4")], [])


BATCH = "Text\tStars\nsoft\\nand\\twarm\t5\nC:\\\\new\\n\t4\n\\nfine\\0\t3\n"  # of mysql --batch


def test_escapes_of_mysql_are_resolved(path):
    rows, faults = read(path, BATCH)
    assert [row[1:] for row in rows] == [
        ("soft\nand\twarm", "5"),
        ("C:\\new\n", "4"),
        ("\nfine", "3"),
    ]
    assert not faults


@pytest.mark.parametrize(
    "content",
    [
        BATCH + "\\o/\t5\n",
        BATCH.replace("\t", ","),
        "Text\tStars\nC:\\new\\toys\t5\n",
        "Text\tStars\na\\nb\\nc\\nd\\\t5\n",
    ],
)
def test_backslashes_that_may_be_others_are_what_they_are(path, content):
    rows, _ = read(path, content)
    assert [row[1] for row in rows] == [
        re.split("[\t,]", line)[0] for line in content.splitlines()[1:]
    ]


def test_quotes_of_amazons_tsv_are_literal(path):
    columns = Columns(text="review_body", rating="star_rating", title="review_headline")
    header = "marketplace\tstar_rating\treview_headline\treview_body"
    rows, faults = read(
        path, f'{header}\nUS\t5\t"Wow"\t"Never closed<br />\nUS\t1\tNo\tbad\n', columns
    )
    assert (rows, faults) == ([(2, '"Never closed<br />', "5"), (3, "bad", "1")], [])


def test_line_numbers_count_blank_lines_and_breaks_in_texts(path):
    rows, faults = read(path, '\nText,Stars\n\n"two\nlines",5\n\na,b,c\nlast,1\n')
    assert [line for line, _, _ in rows] == [4, 8]
    assert faults == [(7, TOO_MANY)]


def test_the_size_of_a_block_changes_nothing(path, monkeypatch):
    content = "Text,Stars\n" + '"two\nlines",5\n"He said \\"wow\\"",4\nso, so,3\n"open,2\n' * 20
    whole = read(path, content)
    assert (len(whole[0]), len(whole[1])) == (60, 20)
    for size in (1, 7, 64):
        monkeypatch.setattr(decoding, "_BLOCK_BYTES", size)
        monkeypatch.setattr(scanning, "BATCH_ROWS", 3)
        if size > 1:  # a header has to fit into the first block
            monkeypatch.setattr(decoding, "_BLOCK_BYTES", max(size, 16))
            assert read(path, content) == whole


def test_an_open_quote_does_not_keep_a_whole_file_in_memory(path, monkeypatch):
    monkeypatch.setattr(scanning, "_LONGEST_ROW", 2_000)
    monkeypatch.setattr(decoding, "_BLOCK_BYTES", 500)
    rows, faults = read(path, 'Text,Stars\n"open, for good\n' + "fine,4\n" * 1_000)
    assert (len(rows), faults) == (1_000, [(2, NO_END)])


def test_a_column_that_is_used_must_be_there_once(path):
    with pytest.raises(UserError, match="2 columns are named 'Text'; rename all but one"):
        read(path, "Text,Stars,Text\na,1,b\n")
    assert read(path, "x,Text,Stars,x\n1,fine,4,2\n")[0] == [(2, "fine", "4")]


PLACE = Columns(text="Text", rating="", title="")


@pytest.mark.parametrize("header", ["id,Text", "Text,where"])
def test_a_text_of_lines_with_a_comma_is_whole_where_no_column_has_ratings(path, header):
    text = "Soft wool, very warm\nnot long, not short\nnice, I think"
    value = {"id,Text": f'7,"{text}"', "Text,where": f'"{text}",Rome'}[header]
    rows, faults = read(path, f"{header}\n{value}\n", PLACE)
    assert ([text for _, text, _ in rows], faults) == ([text], [])


def test_rows_with_numbers_behind_a_stray_quote_are_no_text_without_ratings(path):
    content = 'id,Text\n1,"Broke at once\n2,ok\n3,fine\n4,a screen of 5"\n5,no\n'
    rows, faults = read(path, content, PLACE)
    assert faults[0] == (2, NO_END)
    assert not any("\n" in text for _, text, _ in rows)


@pytest.mark.parametrize("rows", [20, 300])
def test_a_quote_without_an_end_in_the_header_takes_no_rows(path, rows):
    lines = "".join(f"text {n},4,{n}\n" for n in range(rows))
    assert len(read(path, f'Text,Stars,"Size\n{lines}')[0]) == rows


@pytest.mark.parametrize("row", ["soft\\, warm\\, long,5", 'soft\\, warm\\, "long",5'])
def test_a_delimiter_behind_a_backslash_is_of_the_text(path, row):
    rows, faults = read(path, f"Text,Stars\n{row}\nfine,4\n")
    assert (len(rows), rows[0][2], faults) == (2, "5", [])
    assert rows[0][1].replace('"', "") == "soft, warm, long"


def test_a_delimiter_behind_a_backslash_ends_a_text_where_the_rating_needs_it(path):
    assert read(path, "Text,Stars\nC:\\,5\n") == ([(2, "C:\\", "5")], [])
    assert read(path, "Text,Stars\nC:\\,5,x\n") == ([], [(2, TOO_MANY)])
