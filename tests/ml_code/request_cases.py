"""Requests to an endpoint and what they must get, from every server of AWS's images."""

import gzip
import json
from dataclasses import dataclass

JSON, LINES, CSV = "application/json", "application/jsonlines", "text/csv"
LOVELY = json.dumps({"features": ["lovely"]}).encode()
BOM = b"\xef\xbb\xbf"


@dataclass(frozen=True)
class Case:
    """A request, the status of its response, and `says`, which is part of the body."""

    name: str
    body: bytes
    content_type: str | None
    status: int
    says: str
    accept: str | None = JSON


def _features(*texts: object) -> bytes:
    return json.dumps({"features": list(texts)}).encode()


_LATIN = '{"features":["schön"]}'.encode("latin-1")
CASES = (
    # What no toolkit may decode before it is looked at.
    Case("JSON in Latin-1", _LATIN, JSON, 400, "not UTF-8 at byte 17"),
    Case("CSV in Latin-1", "schön\n".encode("latin-1"), CSV, 400, "not UTF-8 at byte 3"),
    Case("CSV in Windows-1252", b"It\x92s lovely\n", CSV, 400, "not UTF-8 at byte 2"),
    Case("CSV in UTF-16", "lovely\n".encode("utf-16"), CSV, 400, "the body is UTF-16"),
    Case("JSON in UTF-16", LOVELY.decode().encode("utf-16"), JSON, 400, "the body is UTF-16"),
    Case("JSON lines in Latin-1", _LATIN, LINES, 400, "not UTF-8 at byte 17"),
    Case("cut UTF-8", '{"features":["schön"]}'.encode()[:18], JSON, 400, "not UTF-8 at byte 17"),
    Case("gzip as JSON", gzip.compress(LOVELY), JSON, 400, "the body is gzip"),
    Case("gzip as JSON lines", gzip.compress(LOVELY), LINES, 400, "the body is gzip"),
    Case("gzip as CSV", gzip.compress(b"x\n"), CSV, 400, "the body is gzip"),
    Case("another charset", _LATIN, f"{JSON};charset=ISO-8859-1", 415, 'charset "iso-8859-1"'),
    Case("UTF-8 in quotes", LOVELY, f'{JSON};charset="UTF-8"', 200, '"label"'),
    # Types.
    Case("no type", LOVELY, None, 200, '"label"'),
    Case("no type, no JSON", b"lovely", None, 400, "the body is not JSON"),
    Case("octet-stream", LOVELY, "application/octet-stream", 415, "send application/jsonlines"),
    Case("plain text", b"lovely", "text/plain", 415, '"text/plain" is not supported'),
    Case("a zip as CSV", b"PK\x03\x04\x14", CSV, 400, "the body is a zip archive"),
    Case("Parquet as JSON", b"PAR1\x15", JSON, 400, "the body is Parquet"),
    Case("UTF-16 without a mark", "bad\n".encode("utf-16-le"), CSV, 400, "a NUL at byte 1"),
    Case("UTF-16, big end first", "bad\n".encode("utf-16-be"), CSV, 400, "a NUL at byte 0"),
    Case("UTF-32", "bad\n".encode("utf-32"), CSV, 400, "the body is UTF-16"),
    Case("an overlong byte", b"\xc0\xafbad\n", CSV, 400, "not UTF-8 at byte 0"),
    Case("a surrogate in bytes", b'"\xed\xa0\x80"\n', CSV, 400, "not UTF-8 at byte 1"),
    Case("a charset of capitals", LOVELY, f"{JSON}; Charset=UTF-8", 200, '"label"'),
    Case("ASCII", LOVELY, f"{JSON}; charset=us-ascii", 200, '"label"'),
    Case("CSV of a charset", b"bad\n", f"{CSV}; charset=windows-1252", 415, '"windows-1252"'),
    Case("lines of a charset", LOVELY, f"{LINES}; charset=utf-16", 415, 'charset "utf-16"'),
    Case("a parameter without a value", LOVELY, f"{JSON}; charset", 415, 'charset ""'),
    Case("an empty type", LOVELY, "", 200, '"label"'),
    Case("parts of a form", b"--x\r\n", "multipart/form-data; boundary=x", 415, "not supported"),
    Case("the other JSON lines", LOVELY, "application/x-jsonlines", 200, '"label"'),
    Case("NumPy", b"\x93NUMPY\x01\x00", "application/x-npy", 415, "is not supported"),
    Case("a form", b"features=lovely", "application/x-www-form-urlencoded", 415, "not supported"),
    Case("a type of no sense", LOVELY, ";;=;", 415, "is not supported"),
    Case("a type in capitals", LOVELY, "Application/JSON", 200, '"label"'),
    # JSON.
    Case("nothing", b"", JSON, 400, "the body holds no text"),
    Case("blanks", b"  \n", JSON, 400, "the body holds no text"),
    Case("nothing in lines", b"", LINES, 400, "the body holds no text"),
    Case("half an object", b"{", LINES, 400, "line 1 is not JSON"),
    Case("lines as one JSON", LOVELY + b"\n" + LOVELY, JSON, 400, "the body is not JSON"),
    Case("deep JSON", b"[" * 100_000, JSON, 400, "the body is not JSON"),
    Case("deep features", b'{"features":' + b"[" * 50_000, JSON, 400, "the body is not JSON"),
    Case("a huge number", b'{"features":[' + b"9" * 5_000 + b"]}", JSON, 400, "not JSON"),
    Case("NaN", b'{"features":[NaN]}', JSON, 400, "not empty; NaN is no text"),
    Case("a boolean", _features(True), JSON, 400, "not empty; true is no text"),
    Case("a rating", _features("good", 5), JSON, 400, "item 1, text 2: features must be texts"),
    Case("an object in the list", _features({"text": "a"}), JSON, 400, "an object is no text"),
    Case("features of an object", b'{"features":{"text":"a"}}', JSON, 400, "must be like"),
    Case("features of a number", b'{"features":4}', JSON, 400, "item 1 must be like"),
    Case("another case of letters", b'{"Features":["a"]}', JSON, 400, "item 1 must be like"),
    Case(
        "a name twice", b'{"features":["a"],"features":["b"]}', JSON, 400, '"features" stands twice'
    ),
    Case(
        "a name twice in a line",
        b'{"id":1,"id":2}',
        LINES,
        400,
        'line 1 is not JSON: the name "id"',
    ),
    Case("more than features", b'{"features":["lovely"],"id":7}', JSON, 200, '"label"'),
    Case("single quotes", b"{'features':['lovely']}", JSON, 400, "the body is not JSON"),
    Case("a comma too many", b'{"features":["lovely",]}', JSON, 400, "the body is not JSON"),
    Case("a control character", b'{"features":["a\x01b"]}', JSON, 400, "the body is not JSON"),
    Case("Infinity beside it", b'{"features":["lovely"],"x":Infinity}', JSON, 200, '"label"'),
    Case("the second of a list", b"[" + LOVELY + b",[]]", JSON, 400, "item 2 must be like"),
    Case("lists in a list", b"[[" + LOVELY + b"]]", JSON, 400, "item 1 must be like"),
    # What is no text for the training is none here.
    Case("a space without width", _features("\u200b"), JSON, 400, r'"\u200b" is no text'),
    Case("a mark of order", _features("lovely", "\ufeff"), LINES, 400, "line 1, text 2: features"),
    Case("joiners", _features("\u200d\u200c\ufe0f"), JSON, 400, "is no text"),
    Case("a hard space", _features("\u00a0\u3000"), JSON, 400, "is no text"),
    Case("a soft hyphen", b"good\n\xc2\xad\n", CSV, 400, r"row 2: features must be texts"),
    Case("an entity of a space", _features("&nbsp;"), JSON, 400, '"&nbsp;" is no text'),
    Case("a tag alone", _features("<br />"), JSON, 400, '"<br />" is no text'),
    Case("a value that is missing", b"good\nnan\n", CSV, 400, "row 2: features must be texts"),
    Case("N/A", _features("N/A"), JSON, 400, '"N/A" is no text'),
    Case("a long nothing", _features(" " * 9_000), JSON, 400, "... is no text"),
    Case("an emoji with joiners", _features("\U0001f469\u200d\U0001f4bb"), JSON, 200, '"label"'),
    Case("a word of one letter", _features("A"), JSON, 200, '"label"'),
    Case("a lone surrogate", b'{"features":["\\ud800"]}', JSON, 400, "without lone surrogates"),
    Case("a pair of surrogates", b'{"features":["\\ud83d\\ude00"]}', JSON, 200, '"label"'),
    Case("NUL", _features("lov\0ely"), JSON, 200, '"label"'),
    Case("a text", b'"lovely"', JSON, 400, "item 1 must be like"),
    Case("a number", b"7", JSON, 400, "item 1 must be like"),
    Case("null", b"null", JSON, 400, "item 1 must be like"),
    Case("an empty list", b"[]", JSON, 400, "the body holds no text"),
    Case("no features", _features(), JSON, 400, "item 1 must be like"),
    Case("features of null", _features(None), JSON, 400, "texts that are not empty"),
    Case("a nested list", _features(["lovely"]), JSON, 400, "texts that are not empty"),
    Case("one empty text", _features("lovely", "", "bad"), JSON, 400, "texts that are not empty"),
    Case("inputs", b'{"inputs":"lovely"}', JSON, 400, "item 1 must be like"),
    Case("too many texts", _features(*["a"] * 2001), JSON, 413, "2001 texts; at most 2000"),
    Case("too many bytes", b"a" * (6 * 2**20 + 1), JSON, 413, "at most 6291456"),
    Case(
        "many names",
        b'{"features":["a"],' + b",".join(b'"%d":1' % n for n in range(200_000)) + b',"9":1}',
        JSON,
        400,
        'the name "9" stands twice',
    ),
    Case(
        "a mountain of marks",
        json.dumps({"features": ["e" + "\u0301\u0323" * 600_000]}, ensure_ascii=False).encode(),
        JSON,
        200,
        '"label"',
    ),
    Case("a long type", LOVELY, "x" * 5_000, 415, "xxx... is not supported"),
    Case("JSON after two BOMs", BOM + BOM + LOVELY, JSON, 200, '"label"'),
    Case("JSON after a BOM", BOM + LOVELY, JSON, 200, '"label"'),
    Case("lines after a BOM", BOM + LOVELY, LINES, 200, '"label"'),
    Case("marks and nothing else", BOM, LINES, 400, "the body holds no text"),
    Case(
        "lines with CRLF and blanks", LOVELY + b"\r\n\r\n" + LOVELY + b"\r\n", LINES, 200, '"label"'
    ),
    Case("a line of two", LOVELY + LOVELY, LINES, 400, "line 1 is not JSON"),
    Case("the third line", LOVELY + b"\n\n[]\n", LINES, 400, "line 3 must be like"),
    Case("a line separator in a text", '{"features":["a\u2028b"]}'.encode(), LINES, 200, '"label"'),
    Case("lines that are pretty", b'{\n"features": ["a"]\n}', LINES, 400, "line 1 is not JSON"),
    # CSV.
    Case("nothing in CSV", b"", CSV, 400, "the body holds no text"),
    Case("blank lines of CSV", b"\n\r\n\n", CSV, 400, "the body holds no text"),
    Case("blank lines between", b"lovely\n\n\nbad", CSV, 200, '"label"'),
    Case("a comma at the end", b"lovely,\n", CSV, 400, "row 1 has 2 columns"),
    Case("an empty quoted cell", b'lovely\n""\n', CSV, 400, "row 2: features must be texts"),
    Case("quotes in quotes", b'"a ""fine"" dress"\r\n', CSV, 200, '"label"'),
    Case("Spark's quotes", b'"a \\"fine\\" dress"\n', CSV, 400, "the body is not CSV"),
    Case("a line break in quotes", b'"lovely\nsoft"\n', CSV, 200, '"label"'),
    Case("a quote within", b'5" heel is lovely\n', CSV, 200, '"label"'),
    Case("semicolons", b"lovely; soft\n", CSV, 200, '"label"'),
    Case(
        "a header of two columns", b"id,text\n1,bad\n", f"{CSV}; header=present", 400, "row 2 has 2"
    ),
    Case("no header", b"lovely\n", f"{CSV}; header=absent", 200, '"label"'),
    Case(
        "a header of no sense", b"text\nbad\n", f"{CSV}; header=true", 415, "send present or absent"
    ),
    Case("a header in capitals", b"text\nbad\n", "Text/CSV; Header=PRESENT", 200, '"label"'),
    Case("too many rows", b"a\n" * 2001, CSV, 413, "2001 texts; at most 2000"),
    Case("CSV after a BOM", BOM + b'"lovely, soft"\r\n', CSV, 200, '"label"'),
    Case("a comma without quotes", b"lovely, but it broke\n", CSV, 400, "row 1 has 2 columns"),
    Case("two columns", b"good\nlovely,5\n", CSV, 400, "row 2 has 2 columns"),
    Case("a stray quote", b'"Great" she said\n', CSV, 400, "the body is not CSV"),
    Case("an open quote", b'"lovely\n', CSV, 400, "the body is not CSV"),
    Case("a bare CR", b"lovely\rbad\r", CSV, 200, '"label"'),
    Case("a long text", b'"' + b"very good " * 20_000 + b'"\n', CSV, 200, '"label"'),
    Case("a blank row", b"lovely\n \n", CSV, 400, "row 2: features must be texts"),
    Case("a header alone", b"text\n", f"{CSV}; header=present", 400, "holds no text"),
    # Accept.
    Case("no Accept", LOVELY, JSON, 200, '"label"', accept=None),
    Case("an Accept of pictures", LOVELY, JSON, 406, "cannot be produced", accept="image/png"),
    Case("an Accept of nothing", LOVELY, JSON, 406, "cannot be produced", accept="*/*;q=0"),
    Case("an Accept of commas", LOVELY, JSON, 200, '"label"', accept=" , "),
    Case("an Accept of text", LOVELY, JSON, 406, "cannot be produced", accept="text/plain"),
    Case("a q of no number", LOVELY, JSON, 200, '"label"', accept="application/json;q=nan"),
    Case("a q of no sense", LOVELY, JSON, 200, '"label"', accept="application/json;q=x"),
)
