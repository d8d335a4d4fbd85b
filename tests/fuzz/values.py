"""Values that programs stumble over: odd texts, numbers without end, JSON that goes deep."""

from typing import Any

from hypothesis import strategies as st

ODD_TEXTS = (
    "",
    " ",
    "\0",
    "\ud800",  # half a character: JSON can write it, UTF-8 cannot
    "\u2028\u2029\x85\x1c",  # ends of lines, to some
    "\ufeff",
    "\r\n",
    "İẞﬁ",  # longer in small letters
    "e\u0301" * 40,
    "🙂",
    "\x1b[31m",
    "{epochs}",
    "%s%n",
    "../../etc/passwd",
    "/etc/passwd",
    "s3://bucket/key",
    "s3://",
    "s3:///key",
    "'; DROP TABLE reviews --",
    "NaN",
    "1e999",
    "-0",
    "1_000",
    "٣",  # a digit, to Python
)
# Of digits, more than Python reads as a number.
long_texts = st.builds(str.__mul__, st.sampled_from("9a"), st.sampled_from([5_000, 70_000]))
short_texts = st.text(st.characters(), max_size=20) | st.sampled_from(ODD_TEXTS)
texts = short_texts | long_texts
address_texts = texts.map(lambda text: text.encode(errors="replace").decode())  # as a URL has them
numbers = (
    st.integers(-3, 300)
    | st.integers()
    | st.sampled_from([2**31, 2**63, -(2**63) - 1, 10**400])
    | st.floats()
)
scalars = st.none() | st.booleans() | numbers | texts
documents = st.recursive(
    scalars,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(texts, inner, max_size=4),
    max_leaves=8,
)
deep_json = st.builds(
    lambda start, depth: start * depth,
    st.sampled_from(["[", '{"a":', '[{"features":']),
    st.sampled_from([10, 500, 2_000, 100_000]),
)


@st.composite
def changed(draw: st.DrawFn, document: Any, values: st.SearchStrategy[Any] = documents) -> Any:
    """The document with up to three of its parts replaced, left away or added."""
    result = _copy(document)
    for _ in range(draw(st.integers(0, 3))):
        result = _change(draw, result, values)
    return result


def _change(draw: st.DrawFn, part: Any, values: st.SearchStrategy[Any]) -> Any:
    keys = list(part) if isinstance(part, dict) else list(range(_length(part)))
    action = draw(st.sampled_from(["inside", "inside", "remove", "add", "replace"]))
    if not keys or action == "replace":
        return draw(values)
    key = draw(st.sampled_from(keys))
    if action == "inside":
        part[key] = _change(draw, part[key], values)
    elif action == "remove":
        del part[key]
    elif isinstance(part, dict):
        part[draw(texts)] = draw(values)
    else:
        part.append(draw(values))
    return part


def _length(part: Any) -> int:
    return len(part) if isinstance(part, list) else 0


def _copy(part: Any) -> Any:
    if isinstance(part, dict):
        return {key: _copy(value) for key, value in part.items()}
    return [_copy(item) for item in part] if isinstance(part, list | tuple) else part
