import gzip
import pickle

import pytest

from tests.ml_code.reading.read_files import TABLE, refusal


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"PK\x03\x04" + b"\0" * 26 + b"base.csv", "is a zip archive; unpack it: unzip r.csv"),
        (b"PK\x03\x04" + b"\0" * 26 + b"[Content_Types].xml", "an Excel workbook (.xlsx); save it"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1", "an Excel workbook (.xls); save it in Excel as CSV UTF-8"),
        (b"BZh91AY", "compressed by bzip2; unpack it: bunzip2 < r.csv > converted-r.csv"),
        (b"\x28\xb5\x2f\xfd\0", "compressed by Zstandard; unpack it: unzstd < r.csv"),
        (b"%PDF-1.7", "a PDF document"),
        ("text,stars\n".encode("utf-16-le"), "UTF-16 without a byte order mark; convert it: iconv"),
        ("text\n".encode("utf-32"), "UTF-32; convert it: iconv -f UTF-32 -t UTF-8 < r.csv"),
        (b'[{"text": "x"},', "one JSON array; write a line for each review: jq -c '.[]' < r.csv"),
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
            "contains a zip archive; unpack it: zcat < r.csv > converted-r.csv && unzip "
            "converted-r.csv",
        ),
        (
            gzip.compress(b"\xd0\xcf\x11\xe0\xa1\xb1", mtime=0),
            "contains an Excel workbook (.xls); save it in Excel as CSV UTF-8 (.csv), after you "
            "have unpacked it: zcat < r.csv > converted-r.csv",
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
            "'.[\"data\"][]' < r.csv > converted-r.jsonl",
        ),
        (
            b'{"Review Text": {"0": "soft"}, "Rating": {"0": 5}}',
            "all values of a column in each key; write it with DataFrame.to_json(…, orient=",
        ),
        (
            b'{"Review Text": ["soft", "so"], "Rating": [5, 3]}',
            "all values of a column in each key; write it with DataFrame.to_json(…, orient=",
        ),
        (
            b'{"columns": ["Review Text", "Rating"], "index": [0], "data": [["soft", 5]]}',
            "is one JSON object with a list for each row; write it with DataFrame.to_json(…,",
        ),
        (
            b'{"0": {"Review Text": "soft", "Rating": 5}, "1": {"Review Text": "so", "Rating": 3}}',
            "is one JSON object with an object for each row; write a line for each: jq -c '.[]' <",
        ),
        (
            b'{"feed": {"links": [{"a": 1}], "entry": [{"text": "soft"}, {"text": "so"}]}}',
            "whose 'feed.entry' is a list of objects; write a line for each: jq -c "
            '\'.["feed"]["entry"][]\' < r.csv > converted-r.jsonl',
        ),
        (b'{"a": ' * 900 + b"1" + b"}" * 900, "no column named 'Review Text'"),
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
            "each line is quoted as a whole; remove these quotes: tr -d '\\r' < r.csv | sed -e",
        ),
        (
            b"Title^Review Text^Rating\nNice^soft^5\n",
            "separated by neither commas, tabs, semicolons nor |",
        ),
        (b"PAR1 and no more", "not a readable Parquet file"),
        (
            "Review Text,Rating\ncafé,5\n".encode("latin-1"),
            "not UTF-8: byte 0xe9 in line 2, at offset 22 (invalid continuation byte). Convert "
            "it from its encoding, such as WINDOWS-1252 (for Latin-1, too), WINDOWS-1251, "
            "SHIFT_JIS or GB18030: iconv -f WINDOWS-1252 -t UTF-8 < r.csv > converted-r.csv",
        ),
    ],
)
def test_anything_else_is_named_for_what_it_is_with_what_converts_it(written, content, message):
    text = refusal(written(content))
    assert text.startswith("r.csv: ")
    assert message in text


@pytest.mark.parametrize("rows", [3, 200_000])  # the wrong byte is in the first block, or later
@pytest.mark.parametrize("wrong", [b"caf\xe9", b"caf\xc3"])
def test_a_wrong_byte_in_a_file_of_utf_8_does_not_change_the_encoding_of_all(written, rows, wrong):
    path = written(b"Review Text,Rating\n" + "schön,5\n".encode() * rows + wrong + b",5\n")
    text = refusal(path)
    assert f"in line {rows + 2}, at offset" in text
    assert text.endswith(
        "(invalid continuation byte). Most of the file is UTF-8: mend this line, or leave such "
        "bytes out: iconv -c -f UTF-8 -t UTF-8 < r.csv > converted-r.csv"
    )


@pytest.mark.parametrize(
    ("encoding", "text"),
    [("cp1252", "schöne Größe, né"), ("shift_jis", "素晴らしい商品"), ("gb18030", "非常好的衣服"),
     ("koi8-r", "Отличное платье"), ("cp1251", "Отличное платье"), ("euc-kr", "좋은 제품입니다")],
)  # fmt: skip
def test_another_encoding_is_not_taken_for_damaged_utf_8(written, encoding, text):
    path = written(f"Review Text,Rating\n{text},5\n".encode(encoding) * 30)
    assert "Convert it from its encoding" in refusal(path)
