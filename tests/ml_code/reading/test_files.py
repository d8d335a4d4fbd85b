import errno
import gzip
import json
import os
import pickle
import shutil
import subprocess
from pathlib import Path

import pytest

from reading.columns import Columns
from reading.errors import UserError
from reading.files import open_table, open_tables, read_chunks, review_files
from reading.kinds import opened
from reading.ratings import Numbers, RatingLookup
from reading.tables import CheckedColumn, NotText

ML_CODE = Path(__file__).parents[3] / "ml_code"
COLUMNS = Columns(text="Review Text", rating="Rating", title="Title")
STARS = RatingLookup(Numbers(1, (0, 0, 1, 2, 2)))
WITNESS = CheckedColumn("Rating", STARS.is_rating)
ROWS = [("Nice", "soft, warm", "5"), ("", "so so", "3")]
TABLE = 'Title,Review Text,Rating\nNice,"soft, warm",5\n,so so,3\n'


def rows_of(path: Path, columns: Columns = COLUMNS) -> list[tuple[str, str, str]]:
    chunks = read_chunks(
        open_tables(path, columns), columns, CheckedColumn(columns.rating, STARS.is_rating)
    )
    return [
        row
        for chunk in chunks
        for row in zip(chunk.titles, chunk.texts, chunk.ratings, strict=True)
    ]


def faults_of(path: Path) -> list[tuple[int, str]]:
    chunks = read_chunks(open_tables(path, COLUMNS), COLUMNS, WITNESS)
    return [(fault.line, fault.reason) for chunk in chunks for fault in chunk.faults]


def refusal(path: Path, columns: Columns = COLUMNS) -> str:
    with pytest.raises(UserError) as caught:
        rows_of(path, columns)
    return str(caught.value)


@pytest.fixture
def written(tmp_path: Path):
    def write(content: str | bytes, name: str = "r.csv") -> Path:
        path = tmp_path / name
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return path

    return write


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("r.csv", TABLE.encode()),
        ("REVIEWS.CSV", TABLE.encode()),
        ("windows.csv", TABLE.replace("\n", "\r\n").encode()),
        ("old-mac.csv", TABLE.replace("\n", "\r").encode()),
        ("bom.csv", TABLE.encode("utf-8-sig")),
        ("utf-16.csv", TABLE.encode("utf-16")),
        ("utf-16-be.csv", b"\xfe\xff" + TABLE.encode("utf-16-be")),
        ("no-last-end.csv", TABLE.rstrip().encode()),
        ("semicolons.csv", b"Title;Review Text;Rating\nNice;soft, warm;5\n;so so;3\n"),
        ("tabs.tsv", b"Title\tReview Text\tRating\nNice\tsoft, warm\t5\n\tso so\t3\n"),
        ("pipes.txt", b"Title|Review Text|Rating\nNice|soft, warm|5\n|so so|3\n"),
        ("excel.csv", b"sep=;\r\nTitle;Review Text;Rating\r\nNice;soft, warm;5\r\n;so so;3\r\n"),
        ("blank-lines.csv", ("\n \n" + TABLE.replace("\n", "\n\n")).encode()),
        ("extra-empty.csv", b'Title,Review Text,Rating\nNice,"soft, warm",5,\n,so so,3,,\n'),
        ("sep-quoted.csv", b'"sep=;"\nTitle;Review Text;Rating\nNice;soft, warm;5\n;so so;3\n'),
        ("SEP.csv", ("SEP=,\n" + TABLE).encode()),
        ("two-marks.csv", ("\ufeff\ufeff" + TABLE).encode()),
        ("spaces.csv", TABLE.replace("Review Text,Rating", " Review\u00a0Text , Rating").encode()),
        ("breaks.csv", TABLE.replace("Review Text", '"Review\nText"').encode()),
        (
            "space-in-front-of-quotes.csv",
            b'"Title", "Review Text", "Rating"\n"Nice", "soft, warm", "5"\n"", "so so", "3"\n',
        ),
        ("decimal-commas.csv", b"Title;Review Text;Rating\nNice;soft, warm;5\n;so so;3\n"),
        ("padded.csv", TABLE.encode() + b"\0" * 5_000),
        (
            "parts.gz",
            gzip.compress(TABLE[:30].encode(), mtime=0)
            + gzip.compress(TABLE[30:].encode(), mtime=0),
        ),
        ("mark-in.gz", gzip.compress(TABLE.encode("utf-8-sig"), mtime=0)),
        ("utf16-in.gz", gzip.compress(TABLE.encode("utf-16"), mtime=0)),
        ("nul.csv", TABLE.replace("so so", "so\0 so").encode()),
        ("packed.CSV.GZ", gzip.compress(TABLE.encode(), mtime=0)),
        ("really-gzip.csv", gzip.compress(TABLE.encode(), mtime=0)),
    ],
)
def test_a_table_is_read_whatever_its_form(written, name, content):
    assert rows_of(written(content, name)) == ROWS


def test_json_lines_are_read(written):
    lines = [
        {"Review Text": "soft, warm", "Rating": 5, "Title": "Nice", "more": {"a": [1]}},
        {"Rating": 3.0, "Review Text": "so so", "Title": None},
        {"Review Text": "half \ud83d", "Rating": True},
    ]
    text = "\n".join(json.dumps(line) for line in lines) + "\n\n[1]\nnothing\n"
    expected = [ROWS[0], ("", "so so", "3.0"), ("", "half \ufffd", "true")]
    for path in (written(text, "r.jsonl"), written(gzip.compress(text.encode()), "r.jsonl.gz")):
        assert rows_of(path) == expected
        assert faults_of(path) == [(5, "no JSON object"), (6, "no JSON object")]


@pytest.mark.parametrize("packed", [False, True])
def test_parquet_is_read(tmp_path, packed):
    import pyarrow
    from pyarrow import parquet

    table = pyarrow.table(
        {
            "Rating": [5, 3],
            "Review Text": ["soft, warm", "so so"],
            "Title": pyarrow.array(["Nice", None], pyarrow.string()),
            "more": [[1], []],
        }
    )
    path = tmp_path / "r.parquet"
    parquet.write_table(table, path)
    if packed:
        path.write_bytes(gzip.compress(path.read_bytes()))
    assert rows_of(path) == ROWS


def test_a_folder_is_read_without_hidden_empty_and_marker_files(tmp_path):
    for name in (
        "._base.csv",
        ".DS_Store",
        "_SUCCESS",
        "_committed_1",
        "Thumbs.db",
        "part-2.csv",
        "~$a.xlsx",
    ):
        (tmp_path / name).write_bytes(b"\0\x05\x16" if name == "._base.csv" else b"")
    (tmp_path / ".part-1.csv.crc").write_bytes(b"crc")
    (tmp_path / "part-3.csv.gz").write_bytes(gzip.compress(b""))
    (tmp_path / "deeper").mkdir()
    (tmp_path / "deeper" / "B.CSV").write_text(TABLE)
    (tmp_path / "c.jsonl").write_text('{"Review Text": "fine", "Rating": 4}\n')
    assert sorted(rows_of(tmp_path)) == sorted([*ROWS, ("", "fine", "4")])


def test_a_folder_of_nothing_is_named(tmp_path):
    assert "no file of reviews; found nothing" in refusal(tmp_path)
    (tmp_path / "_SUCCESS").touch()
    assert "no file of reviews; found _SUCCESS" in refusal(tmp_path)
    (tmp_path / "part.csv").touch()
    assert refusal(tmp_path) == "part.csv: the file is empty"


def test_a_hidden_file_that_is_named_is_read(written):
    assert review_files(written(TABLE, "_reviews.csv"))
    assert rows_of(written(TABLE, "_reviews.csv")) == ROWS


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"PK\x03\x04" + b"\0" * 26 + b"base.csv", "is a zip archive; unpack it: unzip r.csv"),
        (b"PK\x03\x04" + b"\0" * 26 + b"[Content_Types].xml", "an Excel workbook (.xlsx); save it"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1", "an Excel workbook (.xls); save it in Excel as CSV UTF-8"),
        (b"BZh91AY", "compressed by bzip2; unpack it: bunzip2 r.csv"),
        (b"\x28\xb5\x2f\xfd\0", "compressed by Zstandard; unpack it: unzstd r.csv"),
        (b"%PDF-1.7", "a PDF document"),
        ("text,stars\n".encode("utf-16-le"), "UTF-16 without a byte order mark; convert it: iconv"),
        ("text\n".encode("utf-32"), "UTF-32; convert it: iconv -f UTF-32 -t UTF-8 r.csv"),
        (b'[{"text": "x"},', "one JSON array; write a line for each review: jq -c '.[]' r.csv"),
        (b"<!DOCTYPE html><html>", "a page of HTML or XML"),
        (b"\n\n\n", "begins with nothing but blank lines"),
        (b'{\n "a": [\n', "has no JSON object in a line of its own"),
        (gzip.compress(b"x" * 99, mtime=0)[:-4], "not a whole gzip file"),
        (gzip.compress(b"", mtime=0), "the file is empty"),
        (
            gzip.compress(gzip.compress(b"x", mtime=0), mtime=0),
            "is a gzip file that contains another gzip file",
        ),
        (
            gzip.compress(b"PK\x03\x04" + b"\0" * 26, mtime=0),
            "contains a zip archive; unpack it: gunzip r.csv; then unpack it: unzip r.csv",
        ),
        (gzip.compress(TABLE.encode(), mtime=0) + b"junk", "not a whole gzip file"),
        (b"PK\x03\x04" + b"\0" * 26 + b"docProps/app.xml", "an Excel workbook (.xlsx)"),
        (b"PK\x03\x04mimetypeapplication/vnd.oasis.opendocument.spread", "an OpenDocument"),
        (pickle.dumps({"a": 1}), "a pickle of Python; write it as Parquet"),
        (b"\x89HDF\r\n\x1a\n\0\0", "an HDF5 file; write its table as CSV or Parquet"),
        (b"\x89PNG\r\n\x1a\n" + bytes(range(32)), "a binary file of unknown kind"),
        (b"\0\0\0\x01Bud1" + b"\0" * 60 + b"x", "a binary file of unknown kind"),
        (b"\0" * 4_096, "nothing but NUL bytes"),
        (
            b"version https://git-lfs.github.com/spec/v1\noid",
            "a pointer of Git LFS, without the data",
        ),
        (b"{\\rtf1\\ansi", "a document in RTF"),
        (b"<table><tr><th>Review Text</th>", "a page of HTML or XML"),
        (b"<reviews><review>", "a page of HTML or XML"),
        (
            b'["Review Text", "Rating"]\n["soft", 5]',
            "JSON with a list for each row; write an object",
        ),
        (b"{'Review Text': 'soft', 'Rating': 5}\n", "Python dictionaries instead of JSON objects"),
        (
            b'{"data": [{"Review Text": "soft", "Rating": 5}], "next": null}',
            "is one JSON object, whose 'data' is a list of objects; write a line for each: jq -c "
            "'.[\"data\"][]' r.csv > reviews.jsonl",
        ),
        (
            "Title,Review Text\n题,很好\n".encode("utf-16-le"),
            "UTF-16 without a byte order mark; convert it: iconv -f UTF-16LE",
        ),
        (
            TABLE.encode() + b"caf\xc3",
            "in line 4, at offset 57 (unexpected end of data); the file is cut",
        ),
        (TABLE.encode("utf-16")[:-1], "the file is damaged: copy it again"),
        (
            b"Export of January\n\n" + TABLE.encode(),
            "the header is line 3 and must be the first line; remove the lines above it: tail",
        ),
        (b"Nice,soft,5\nBad,hard,1\n", "if that is a review, add a line with the column names"),
        (
            b'"Title,Review Text,Rating"\n"Nice,soft,5"\n',
            "each line is quoted as a whole; remove these quotes",
        ),
        (
            b"Title^Review Text^Rating\nNice^soft^5\n",
            "separated by neither commas, tabs, semicolons nor |",
        ),
        (b"PAR1 and no more", "not a readable Parquet file"),
        (
            "Review Text,Rating\ncafé,5\n".encode("latin-1"),
            "not UTF-8: byte 0xe9 in line 2, at offset 22 (invalid continuation byte). If it is "
            "Windows-1252 or Latin-1, convert it: iconv -f WINDOWS-1252 -t UTF-8 r.csv > "
            "utf-8-r.csv",
        ),
    ],
)
def test_anything_else_is_named_for_what_it_is_with_what_converts_it(written, content, message):
    text = refusal(written(content))
    assert text.startswith("r.csv: ")
    assert message in text


def test_objects_with_a_comma_or_a_separator_beside_them_are_read(written):
    lines = '{"Review Text": "a", "Rating": 5},\n\x1e{"Review Text": "b", "Rating": 4}\n'
    assert rows_of(written(lines)) == [("", "a", "5"), ("", "b", "4")]


def test_parquet_of_all_types_that_hold_texts_and_numbers_is_read(tmp_path):
    import pyarrow
    from pyarrow import parquet

    texts = ["soft, warm", "so so"]
    forms = [
        (pyarrow.array(texts).dictionary_encode(), pyarrow.array([5, 3], pyarrow.int8())),
        (pyarrow.array(texts, pyarrow.large_string()), pyarrow.array(["5", "3"])),
        (pyarrow.array([text.encode() for text in texts]), pyarrow.array([b"5", b"3"])),
        (pyarrow.array(texts), pyarrow.array([5, 3], pyarrow.decimal128(3))),
    ]
    for number, (bodies, ratings) in enumerate(forms):
        path = tmp_path / f"{number}.parquet"
        parquet.write_table(pyarrow.table({"Review Text": bodies, "Rating": ratings}), path)
        assert rows_of(path) == [("", "soft, warm", "5"), ("", "so so", "3")]


@pytest.mark.parametrize("value", [{"en": "soft"}, ["soft"], b"caf\xe9"])
def test_a_value_that_is_no_text_is_told_from_one(tmp_path, value):
    import pyarrow
    from pyarrow import parquet

    path = tmp_path / "r.parquet"
    parquet.write_table(pyarrow.table({"Review Text": [value], "Rating": [5]}), path)
    ((_, text, _),) = rows_of(path)
    assert isinstance(text, NotText)


def test_a_file_that_vanishes_or_fails_is_named(written, monkeypatch):
    path = written(TABLE)
    tables = open_tables(path, COLUMNS)
    path.unlink()
    with pytest.raises(UserError, match="cannot be opened: No such file"):
        next(read_chunks([(written("x", "other.csv"), tables[0][1])], COLUMNS, WITNESS))
    with pytest.raises(UserError, match="cannot be read: No such file"):
        open_table(path.with_name("gone.csv"), [])
    with pytest.raises(UserError, match="cannot be read: Input"), opened(written(TABLE)):
        raise OSError(errno.EIO, os.strerror(errno.EIO))


def _pythons() -> list[str]:
    versions = Path.home() / ".pyenv" / "versions"
    found = [*versions.glob("3.10*/bin/python"), shutil.which("python3.10")]
    return [str(path) for path in found if path]


@pytest.mark.skipif(not _pythons(), reason="no Python 3.10 here, as older images have it")
def test_python_3_10_reads_the_same(written):
    path = written('Review Text,Rating\nso\0 so,3\n"he said \\"wow\\"",5\n"never closed,4\n')
    program = (
        "import sys; sys.path.insert(0, sys.argv[1])\n"
        "from pathlib import Path\n"
        "from reading.columns import Columns\n"
        "from reading.files import open_table, open_tables, read_chunks\n"
        "from reading.judging import Judge\n"
        "from reading.ratings import RatingLookup, Numbers\n"
        "from reading.tables import CheckedColumn\n"
        "columns = Columns(text='Review Text', rating='Rating')\n"
        "finder = RatingLookup(Numbers(1, (0,) * 5))\n"
        "tables = open_tables(Path(sys.argv[2]), columns)\n"
        "for chunk in read_chunks(tables, columns, CheckedColumn('Rating', finder.is_rating)):\n"
        "    for row in zip(chunk.titles, chunk.texts, chunk.ratings):\n"
        "        print(*Judge(finder).judge(*row)[:2])\n"
    )
    done = subprocess.run(
        [_pythons()[0], "-c", program, str(ML_CODE), str(path)],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert (done.stdout, done.stderr) == ('so so 2\nhe said "wow" 4\n"never closed 3\n', "")
