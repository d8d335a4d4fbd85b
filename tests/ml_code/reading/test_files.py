import gzip
import json
import shutil
import subprocess
from pathlib import Path

import pytest

from reading.columns import Columns
from reading.errors import UserError
from reading.files import open_tables, read_chunks, review_files
from reading.ratings import Finder, Numbers
from reading.tables import Witness

ML_CODE = Path(__file__).parents[3] / "ml_code"
COLUMNS = Columns(text="Review Text", rating="Rating", title="Title")
STARS = Finder(Numbers(1, (0, 0, 1, 2, 2)))
ROWS = [("Nice", "soft, warm", "5"), ("", "so so", "3")]
TABLE = 'Title,Review Text,Rating\nNice,"soft, warm",5\n,so so,3\n'


def rows_of(path: Path, columns: Columns = COLUMNS) -> list[tuple[str, str, str]]:
    chunks = read_chunks(
        open_tables(path, columns), columns, Witness(columns.rating, STARS.is_rating)
    )
    return [
        row
        for chunk in chunks
        for row in zip(chunk.titles, chunk.texts, chunk.ratings, strict=True)
    ]


def faults_of(path: Path) -> list[tuple[int, str]]:
    chunks = read_chunks(open_tables(path, COLUMNS), COLUMNS, Witness("Rating", STARS.is_rating))
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
        ("nul.csv", TABLE.replace("so so", "so\0 so").encode()),
        ("packed.CSV.GZ", gzip.compress(TABLE.encode())),
        ("really-gzip.csv", gzip.compress(TABLE.encode())),
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
    for name in ("._base.csv", ".DS_Store", "_SUCCESS", "_committed_1", "Thumbs.db", "part-2.csv"):
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
        (gzip.compress(b"x" * 99)[:-4], "not a whole gzip file"),
        (gzip.compress(b""), "the file is empty"),
        (b"PAR1 and no more", "not a readable Parquet file"),
        (
            "Review Text,Rating\ncafé,5\n".encode("latin-1"),
            "not UTF-8: byte 0xe9 at offset 22 (invalid continuation byte). If it is Windows-1252 "
            "or Latin-1, convert it: iconv -f WINDOWS-1252 -t UTF-8 r.csv > utf-8-r.csv",
        ),
    ],
)
def test_anything_else_is_named_for_what_it_is_with_what_converts_it(written, content, message):
    text = refusal(written(content))
    assert text.startswith("r.csv: ")
    assert message in text


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
        "from reading.files import open_tables, read_chunks\n"
        "from reading.judging import Judge\n"
        "from reading.ratings import Finder, Numbers\n"
        "from reading.tables import Witness\n"
        "columns = Columns(text='Review Text', rating='Rating')\n"
        "finder = Finder(Numbers(1, (0,) * 5))\n"
        "tables = open_tables(Path(sys.argv[2]), columns)\n"
        "for chunk in read_chunks(tables, columns, Witness('Rating', finder.is_rating)):\n"
        "    for row in zip(chunk.titles, chunk.texts, chunk.ratings):\n"
        "        print(*Judge(finder).judge(*row)[:2])\n"
    )
    done = subprocess.run(
        [_pythons()[0], "-c", program, str(ML_CODE), str(path)],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert (done.stdout, done.stderr) == ('so so 2\nhe said "wow" 4\n"never closed 3\n', "")
