import errno
import gzip
import os
import shutil
import subprocess
from pathlib import Path

import pytest

from reading.errors import UserError
from reading.files import open_table, open_tables, read_chunks, review_files
from reading.kinds import opened
from tests.ml_code.reading.read_files import CHECKED, COLUMNS, ROWS, TABLE, refusal, rows_of

ML_CODE = Path(__file__).parents[3] / "ml_code"


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
        ("marks-and-quotes.csv", ("\ufeff\ufeff" + TABLE.replace("Title", '"Title"')).encode()),
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


def test_a_file_that_vanishes_or_fails_is_named(written, monkeypatch):
    path = written(TABLE)
    tables = open_tables(path, COLUMNS)
    path.unlink()
    with pytest.raises(UserError, match="cannot be opened: No such file"):
        next(read_chunks([(written("x", "other.csv"), tables[0][1])], COLUMNS, CHECKED))
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
        "ratings = RatingLookup(Numbers(1, (0,) * 5))\n"
        "tables = open_tables(Path(sys.argv[2]), columns)\n"
        "for chunk in read_chunks(tables, columns, CheckedColumn('Rating', ratings.is_rating)):\n"
        "    for row in zip(chunk.titles, chunk.texts, chunk.ratings):\n"
        "        print(*Judge(ratings).judge(*row)[:2])\n"
    )
    done = subprocess.run(
        [_pythons()[0], "-c", program, str(ML_CODE), str(path)],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert (done.stdout, done.stderr) == ('so so 2\nhe said "wow" 4\n"never closed 3\n', "")
