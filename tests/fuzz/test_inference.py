"""Bodies and content types that an endpoint is asked with, and the forms of its answers."""

import json

from hypothesis import strategies as st

from serving.errors import RequestError
from serving.request_parsing import CSV, JSON, JSON_LINES, parse_request
from serving.response_formats import (
    MEDIA_TYPES,
    Predictions,
    choose_media_type,
    serialise,
)
from tests.fuzz.cases import fuzz
from tests.fuzz.values import changed, deep_json, documents, texts

KINDS = (JSON, JSON_LINES, CSV)
REQUESTS = changed([{"features": ["lovely", "awful"]}, {"features": "okay"}])
DUMPED = st.builds(json.dumps, REQUESTS | documents)
LINES = st.builds(
    lambda lines: "\n".join(map(json.dumps, lines)),
    st.lists(changed({"features": ["lovely"]}), max_size=4),
)
ROWS = st.builds("\n".join, st.lists(texts | st.sampled_from(['"a', "a,b", '"a""b"']), max_size=4))
BODIES = (
    (DUMPED | LINES | ROWS | deep_json).map(lambda text: text.encode("utf-8", "surrogatepass"))
    | st.binary(max_size=60)
    | st.sampled_from([b"\xef\xbb\xbf[]", b'"a"\n' * 2_001, b"x" * (6 * 2**20 + 1)])
)
CONTENT_TYPES = st.sampled_from([*KINDS, "text/csv; charset=utf-8", "APPLICATION/JSON", ""]) | texts
ANSWER = {"label": "good", "probability": 0.5, "probabilities": {"bad": 0.5, "good": 0.5}}


@fuzz(
    "endpoint bodies",
    few=100,
    many=10_000,
    body=BODIES,
    kind=st.sampled_from(KINDS) | CONTENT_TYPES,
)
def test_a_body_holds_texts_or_is_refused(body: bytes, kind: str) -> None:
    try:
        found = parse_request(body, kind)
    except RequestError as error:
        assert error.status_code in (400, 413, 415)
        assert error.message
    else:
        assert found.texts
        assert sum(size or 1 for size in found.sizes) == len(found.texts)
        for text in found.texts:
            assert text.encode()  # what a tokenizer needs


@fuzz(
    "endpoint bodies",
    few=50,
    many=3_000,
    accept=st.builds(", ".join, st.lists(CONTENT_TYPES | st.just("*/*;q=0.1"), max_size=3)) | texts,
)
def test_an_answer_has_an_accepted_form_or_none(accept: str) -> None:
    try:
        kind = choose_media_type(accept)
    except RequestError as error:
        assert error.status_code == 406
        assert error.message
    else:
        assert kind in MEDIA_TYPES
        assert serialise(Predictions([ANSWER, [ANSWER, ANSWER]], is_list=True), kind)
