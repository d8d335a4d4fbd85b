"""What clients send to an endpoint, and what they are to get: the same from every server."""

import gzip
import json
from dataclasses import dataclass

JSON, LINES, CSV = "application/json", "application/jsonlines", "text/csv"
LOVELY = json.dumps({"features": ["lovely"]}).encode()
BOM = b"\xef\xbb\xbf"


@dataclass(frozen=True)
class Case:
    """`says` is in the body of the answer."""

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
    Case("another charset", _LATIN, f"{JSON};charset=ISO-8859-1", 415, "charset 'iso-8859-1'"),
    Case("UTF-8 in quotes", LOVELY, f'{JSON};charset="UTF-8"', 200, '"label"'),
    # Types.
    Case("no type", LOVELY, None, 200, '"label"'),
    Case("no type, no JSON", b"lovely", None, 400, "the body is not JSON"),
    Case("octet-stream", LOVELY, "application/octet-stream", 415, "send application/jsonlines"),
    Case("plain text", b"lovely", "text/plain", 415, "'text/plain' is not supported"),
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
    Case("NaN", b'{"features":[NaN]}', JSON, 400, "texts that are not empty"),
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
    Case("JSON after a BOM", BOM + LOVELY, JSON, 200, '"label"'),
    Case("lines after a BOM", BOM + LOVELY, LINES, 200, '"label"'),
    # CSV.
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
    Case("a q of no sense", LOVELY, JSON, 200, '"label"', accept="application/json;q=x"),
)
