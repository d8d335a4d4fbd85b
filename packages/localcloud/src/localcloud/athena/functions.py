"""Trino's functions that DuckDB lacks or defines otherwise, as expressions of DuckDB.

What each gives is in https://trino.io/docs/current/functions.html; the rows are in the order of
its pages. An expression may apply a parameter, `f(_e)`, that stands for a lambda. Names that the
expressions bind themselves begin with an underscore, so that no argument means them.
"""

import re

from sqlglot import exp

from localcloud.athena.substitution import substitute

_TABLE = {
    # Dates and times
    "at_timezone(t, z)": "timezone(z, CAST(t AS TIMESTAMPTZ))",
    "with_timezone(t, z)": "timezone(z, CAST(t AS TIMESTAMP))",
    "date_diff(u, a, b)": "date_sub(u, a, b)",
    "millisecond(t)": "millisecond(t) % 1000",
    "sequence(a, b)": "generate_series(a, b, CASE WHEN a <= b THEN 1 ELSE -1 END)",
    "sequence(a, b, s)": "cast_to_type(generate_series(a, b, s), [a])",
    "to_iso8601(t)": (
        "CASE WHEN typeof(t) = 'DATE' THEN strftime(t, '%Y-%m-%d')"
        " WHEN ends_with(typeof(t), 'ZONE') THEN strftime(t, '%Y-%m-%dT%H:%M:%S.%gZ')"
        " ELSE strftime(t, '%Y-%m-%dT%H:%M:%S.%g') END"
    ),
    # JSON
    "is_json_scalar(j)": "json_type(j) NOT IN ('ARRAY', 'OBJECT')",
    "json_array_contains(j, v)": "json_contains(CAST(j AS JSON), to_json(v))",
    "json_array_get(j, n)": "json_extract(j, n)",
    "json_size(j, p)": (
        "CASE json_type(j, p) WHEN 'ARRAY' THEN json_array_length(j, p)"
        " WHEN 'OBJECT' THEN len(json_keys(j, p)) ELSE 0 END"
    ),
    # Arrays
    "all_match(a, f)": "coalesce(list_bool_and(list_transform(a, LAMBDA _e: f(_e))), TRUE)",
    "any_match(a, f)": "coalesce(list_bool_or(list_transform(a, LAMBDA _e: f(_e))), FALSE)",
    "none_match(a, f)": "NOT coalesce(list_bool_or(list_transform(a, LAMBDA _e: f(_e))), FALSE)",
    "array_distinct(a)": "list_filter(a, LAMBDA _e, _i: list_position(a, _e) = _i)",
    "array_except(a, b)": (
        "list_filter(a, LAMBDA _e, _i: NOT list_contains(b, _e) AND list_position(a, _e) = _i)"
    ),
    "array_histogram(a)": "list_aggregate(a, 'histogram')",
    "array_intersect(a, b)": (
        "list_filter(a, LAMBDA _e, _i: list_contains(b, _e) AND list_position(a, _e) = _i)"
    ),
    "array_position(a, x)": (
        "CASE WHEN a IS NOT NULL THEN CAST(coalesce(list_position(a, x), 0) AS BIGINT) END"
    ),
    "array_union(a, b)": (
        "list_filter(list_concat(a, b), LAMBDA _e, _i: list_position(list_concat(a, b), _e) = _i)"
    ),
    "arrays_overlap(a, b)": "list_has_any(a, b)",
    "ngrams(a, n)": (
        "list_transform(range(1, greatest(len(a) - n + 2, 2)),"
        " LAMBDA _i: list_slice(a, _i, _i + n - 1))"
    ),
    "reduce(a, s, f, g)": "g(list_reduce(a, f, s))",
    "repeat(x, n)": "list_transform(range(n), LAMBDA _i: x)",
    "slice(a, s, n)": (
        "list_slice(a, s, CASE WHEN s < 0 THEN least(s + n - 1, -1) ELSE s + n - 1 END)"
    ),
    "trim_array(a, n)": "list_slice(a, 1, len(a) - n)",
    "zip(a, b)": "list_zip(a, b)",
    "zip(a, b, c)": "list_zip(a, b, c)",
    "zip_with(a, b, f)": "list_transform(list_zip(a, b), LAMBDA _e: f(_e[1], _e[2]))",
    # Maps
    "map_agg(k, v)": (
        "map_from_entries(list_filter(list({'k': k, 'v': v}) FILTER (WHERE k IS NOT NULL),"
        " LAMBDA _e, _i: list_position(list(k) FILTER (WHERE k IS NOT NULL), _e.k) = _i))"
    ),
    "map_entries(m)": "list_transform(map_entries(m), LAMBDA _e: row(_e.key, _e.value))",
    "map_filter(m, f)": (
        "map_from_entries(list_filter(map_entries(m), LAMBDA _e: f(_e.key, _e.value)))"
    ),
    "map_union(m)": "list_reduce(list(m), LAMBDA _a, _b: map_concat(_a, _b))",
    "map_zip_with(m, n, f)": (
        "map_from_entries(list_transform(map_keys(map_concat(m, n)),"
        " LAMBDA _k: {'k': _k, 'v': f(_k, map_extract_value(m, _k), map_extract_value(n, _k))}))"
    ),
    "multimap_agg(k, v)": (
        "map_from_entries(list_transform(list_filter(list({'k': k, 'v': v}),"
        " LAMBDA _e, _i: list_position(list(k), _e.k) = _i), LAMBDA _f: {'k': _f.k, 'v':"
        " list_transform(list_filter(list({'k': k, 'v': v}), LAMBDA _g: _g.k = _f.k),"
        " LAMBDA _h: _h.v)}))"
    ),
    "split_to_map(s, a, b)": (
        "map_from_entries(list_transform(string_split(s, a),"
        " LAMBDA _e: {'k': split_part(_e, b, 1), 'v': split_part(_e, b, 2)}))"
    ),
    "transform_keys(m, f)": (
        "map_from_entries(list_transform(map_entries(m),"
        " LAMBDA _e: {'k': f(_e.key, _e.value), 'v': _e.value}))"
    ),
    "transform_values(m, f)": (
        "map_from_entries(list_transform(map_entries(m),"
        " LAMBDA _e: {'k': _e.key, 'v': f(_e.key, _e.value)}))"
    ),
    # Regular expressions
    "regexp_extract(s, p)": "CASE WHEN regexp_matches(s, p) THEN regexp_extract(s, p) END",
    "regexp_extract(s, p, n)": "CASE WHEN regexp_matches(s, p) THEN regexp_extract(s, p, n) END",
    "regexp_position(s, p)": (
        "CASE WHEN regexp_matches(s, p) THEN instr(s, regexp_extract(s, p)) ELSE -1 END"
    ),
    "regexp_replace(s, p)": "regexp_replace(s, p, '', 'g')",
    "regexp_replace(s, p, r)": (
        r"regexp_replace(s, p, regexp_replace(r, '\$(\d)', '\\\1', 'g'), 'g')"
    ),
    # Strings
    "codepoint(s)": "unicode(s)",
    "hamming_distance(a, b)": "hamming(a, b)",
    "normalize(s)": "nfc_normalize(s)",
    "split(s, d)": "string_split(s, d)",
    "split(s, d, n)": (
        "CASE WHEN len(string_split(s, d)) <= n THEN string_split(s, d)"
        " ELSE list_append(list_slice(string_split(s, d), 1, n - 1),"
        " array_to_string(list_slice(string_split(s, d), n, -1), d)) END"
    ),
    "split_part(s, d, n)": "list_extract(string_split(s, d), n)",
    # URLs
    "url_decode(s)": "url_decode(replace(s, '+', ' '))",
    "url_encode(s)": "replace(url_encode(s), '%20', '+')",
    "url_extract_host(u)": (
        "nullif(regexp_extract(u, '^[^:/?#]+://(?:[^@/?#]*@)?([^:/?#]*)', 1), '')"
    ),
    "url_extract_parameter(u, n)": (
        "nullif(regexp_extract(u, '[?&]' || regexp_escape(n) || '=([^&#]*)', 1), '')"
    ),
    "url_extract_path(u)": "regexp_extract(u, '^[^:/?#]+://[^/?#]*([^?#]*)', 1)",
    "url_extract_protocol(u)": "nullif(regexp_extract(u, '^([^:/?#]+):', 1), '')",
    "url_extract_query(u)": r"regexp_extract(u, '\?([^#]*)', 1)",
    # Numbers
    "bit_count(x, b)": "CAST(bit_count(x) AS BIGINT)",
    "bitwise_and(a, b)": "CAST(a & b AS BIGINT)",
    "bitwise_left_shift(a, b)": "a << b",
    "bitwise_not(a)": "CAST(~a AS BIGINT)",
    "bitwise_or(a, b)": "CAST(a | b AS BIGINT)",
    "bitwise_right_shift(a, b)": "a >> b",
    "bitwise_xor(a, b)": "CAST(xor(a, b) AS BIGINT)",
    "e()": "exp(1)",
    "from_base(s, b)": (
        "list_reduce(list_transform(string_split(lower(s), ''), LAMBDA _c:"
        " CAST(instr('0123456789abcdefghijklmnopqrstuvwxyz', _c) - 1 AS BIGINT)),"
        " LAMBDA _a, _d: _a * b + _d)"
    ),
    "infinity()": "CAST('Infinity' AS DOUBLE)",
    "is_finite(x)": "isfinite(x)",
    "is_infinite(x)": "isinf(x)",
    "nan()": "CAST('NaN' AS DOUBLE)",
    "random(n)": "CAST(floor(random() * n) AS INTEGER)",
    "random(a, b)": "CAST(floor(random() * (b - a)) AS INTEGER) + a",
    "to_base(x, b)": "lower(to_base(x, b))",
    "width_bucket(x, a, b, n)": (
        "CAST(CASE WHEN x < a THEN 0 WHEN x >= b THEN n + 1"
        " ELSE floor((CAST(x AS DOUBLE) - a) * n / (b - a)) + 1 END AS BIGINT)"
    ),
    # Aggregates
    "approx_distinct(x)": "approx_count_distinct(x)",
    "approx_distinct(x, e)": "approx_count_distinct(x)",
    # Trino's argument is a count; DuckDB's is a value.
    "entropy(c)": "log2(sum(c)) - sum(CASE WHEN c > 0 THEN c * log2(c) END) / sum(c)",
    "every(x)": "bool_and(x)",
    "reduce_agg(x, s, f, g)": "list_reduce(list(x), f, s)",
    # Types
    "typeof(x)": r"regexp_replace(lower(typeof(x)), '^(.*)\[\]$', 'array(\1)')",
}
_SIGNATURE = re.compile(r"(\w+)\((.*)\)")
# Functions that return a map, by which maps are told from arrays without their types.
MAKE_MAPS = frozenset(
    (
        *("array_histogram", "histogram", "map", "map_agg", "map_concat", "map_filter"),
        *("map_from_entries", "map_union", "map_zip_with", "multimap_agg", "split_to_map"),
        *("transform_keys", "transform_values"),
    )
)


def _by_name_and_count() -> dict[tuple[str, int], tuple[list[str], str]]:
    rows = {}
    for signature, body in _TABLE.items():
        name, parameters = _SIGNATURE.fullmatch(signature).groups()  # type: ignore[union-attr]
        names = parameters.split(", ") if parameters else []
        rows[name, len(names)] = (names, body)
    return rows


_ROWS = _by_name_and_count()
NAMES = {name.upper() for name, _ in _ROWS}  # in capitals, as in sqlglot's tables


def translate_call(call: exp.Anonymous) -> exp.Expr | None:
    """The call as an expression of DuckDB; None if the table has no such function."""
    row = _ROWS.get((call.name.lower(), len(call.expressions)))
    if row is None:
        return None
    names, body = row
    return substitute(body, dict(zip(names, call.expressions, strict=True)))
