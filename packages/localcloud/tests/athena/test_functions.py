"""Functions, types and literals of Trino, each with the value that Trino documents for it.

The values are those of https://trino.io/docs/current/functions.html, or follow from what it says.
"""

import pytest

from localcloud.athena import adaptation, functions, statements
from localcloud.athena.engine import ResultSet, run
from localcloud.athena.translation import translate

# Each is asked of three rows, (1, 'a'), (2, 'b') and (3, 'c').
VALUES: list[tuple[str, str | None]] = [
    ("sequence(3, 1)", "[3, 2, 1]"),
    ("multimap_agg(n % 2, n)", "{1=[1, 3], 0=[2]}"),
    # AWS adds the zone's name.
    (
        "at_timezone(timestamp '2026-01-02 10:00:00 UTC', 'America/New_York')",
        "2026-01-02 05:00:00.000",
    ),
    ("map_agg(s, n)", "{a=1, b=2, c=3}"),
    ("map_agg(n % 1, n)", "{0=1}"),
    ("date_diff('day', date '2026-01-01', date '2026-03-01')", "59"),
    ("date_diff('hour', timestamp '2026-01-01 00:30:00', timestamp '2026-01-01 02:00:00')", "1"),
    ("date_diff('month', date '2026-01-15', date '2026-03-14')", "1"),
    ("date_diff('year', date '2025-12-31', date '2026-01-01')", "0"),
    ("date_add('month', 1, date '2026-01-31')", "2026-02-28"),
    ("date_add('day', -1, timestamp '2026-01-01 00:00:00')", "2025-12-31 00:00:00.000"),
    ("date_trunc('month', date '2026-01-31')", "2026-01-01"),
    ("date_trunc('hour', timestamp '2026-01-31 10:11:12')", "2026-01-31 10:00:00.000"),
    ("date_trunc('week', date '2026-01-31')", "2026-01-26"),
    ("millisecond(timestamp '2026-02-07 10:07:09.123')", "123"),
    ("with_timezone(timestamp '2026-01-02 10:00:00','UTC')", "2026-01-02 10:00:00.000 UTC"),
    ("interval '3' day", "3 00:00:00.000"),
    ("interval '2' day + interval '3' hour", "2 03:00:00.000"),
    ("time '10:11:12'", "10:11:12.000"),
    ("format_datetime(timestamp '2026-01-02 03:04:05','yyyy-MM-dd HH:mm')", "2026-01-02 03:04"),
    ("date_diff('second', from_unixtime(0), from_unixtime(90))", "90"),
    ("to_iso8601(timestamp '2026-01-02 03:04:05')", "2026-01-02T03:04:05.000"),
    ("CAST(timestamp '2026-01-02 03:04:05' AS varchar)", "2026-01-02 03:04:05"),
    ("CAST(date '2026-01-02' AS timestamp)", "2026-01-02 00:00:00.000"),
    ("CAST('2026-01-02' AS date)", "2026-01-02"),
    ("json_extract('{\"a\":{\"b\":[1,2]}}','$.a.b')", "[1,2]"),
    ("json_extract_scalar('{\"a\":{\"b\":[1,2]}}','$.a.b[1]')", "2"),
    ("json_extract_scalar('{\"a\":\"x\"}','$.a')", "x"),
    ("json_extract_scalar('{\"a\":[1]}','$.a')", None),
    ('json_extract_scalar(\'{"a b":"x"}\',\'$["a b"]\')', "x"),
    ("json_array_length('[1,2,3]')", "3"),
    ('json_size(\'{"a":{"x":1,"y":2}}\',\'$.a\')', "2"),
    ("json_array_contains('[1,2,3]',2)", "true"),
    ('json_array_get(\'["a","b"]\',0)', '"a"'),
    ("json_format(json '{\"a\": 1}')", '{"a":1}'),
    ('CAST(json_parse(\'{"a":1,"b":2}\') AS map(varchar,integer))', "{a=1, b=2}"),
    ("CAST(ARRAY[1, 2] AS json)", "[1,2]"),
    ("json_format(CAST(map(ARRAY['a'], ARRAY[1]) AS json))", '{"a":1}'),
    ("json_format(CAST('x' AS json))", '"x"'),
    ("is_json_scalar('1')", "true"),
    ("json_value('{\"a\":5}','lax $.a')", "5"),
    ("json_query('{\"a\":[5]}','lax $.a')", "[5]"),
    ("json_exists('{\"a\":5}','lax $.a')", "true"),
    ("json_object('a': 1)", '{"a":1}'),
    ("array_distinct(ARRAY[1, 2, 1])", "[1, 2]"),
    ("array_intersect(ARRAY[1, 2], ARRAY[2, 3])", "[2]"),
    ("array_union(ARRAY[1, 2], ARRAY[2, 3])", "[1, 2, 3]"),
    ("array_except(ARRAY[1, 2], ARRAY[2, 3])", "[1]"),
    ("array_position(ARRAY['a','b'],'b')", "2"),
    ("array_position(ARRAY['a','b'],'c')", "0"),
    ("arrays_overlap(ARRAY[1], ARRAY[1, 2])", "true"),
    ("repeat('x', 3)", "[x, x, x]"),
    ("slice(ARRAY[1, 2, 3, 4], 2, 2)", "[2, 3]"),
    ("sequence(5, 1, -2)", "[5, 3, 1]"),
    ("zip(ARRAY[1,2],ARRAY['a','b'])", "[{field0=1, field1=a}, {field0=2, field1=b}]"),
    ("zip_with(ARRAY[1, 2], ARRAY[3, 4], (x, y)->x+y)", "[4, 6]"),
    ("reduce(ARRAY[1, 2, 3], 0, (s, x)->s+x, s->s)", "6"),
    ("any_match(ARRAY[1, 2], x->x>1)", "true"),
    ("all_match(ARRAY[1, 2], x->x>1)", "false"),
    ("none_match(ARRAY[1, 2], x->x>5)", "true"),
    ("ngrams(ARRAY['a','b','c'],2)", "[[a, b], [b, c]]"),
    ("trim_array(ARRAY[1, 2, 3], 1)", "[1, 2]"),
    ("array_histogram(ARRAY[1, 1, 2])", "{1=2, 2=1}"),
    ("map(ARRAY['a','b'],ARRAY[1,2])", "{a=1, b=2}"),
    ("map(ARRAY['a'],ARRAY[1])['a']", "1"),
    ("map_entries(map(ARRAY['a'], ARRAY[1]))", "[{field0=a, field1=1}]"),
    ("map_filter(map(ARRAY['a','b'],ARRAY[1,2]),(k,v)->v>1)", "{b=2}"),
    ("transform_values(map(ARRAY['a'], ARRAY[1]), (k, v)->v+1)", "{a=2}"),
    ("transform_keys(map(ARRAY['a'], ARRAY[1]), (k, v)->upper(k))", "{A=1}"),
    ("map_zip_with(map(ARRAY['a'],ARRAY[1]),map(ARRAY['a'],ARRAY[2]),(k,x,y)->x+y)", "{a=3}"),
    ("cardinality(map(ARRAY['a','b'],ARRAY[1,2]))", "2"),
    ("split_to_map('a=1,b=2',',','=')", "{a=1, b=2}"),
    ("map()", "{}"),
    ("regexp_extract('abc123','[0-9]+')", "123"),
    ("regexp_extract('a1b2','([a-z])([0-9])',2)", "1"),
    ("regexp_extract('abc','[0-9]+')", None),
    ("regexp_replace('a1b2','[0-9]','')", "ab"),
    ("regexp_replace('a1b2','[0-9]')", "ab"),
    ("regexp_replace('a1','([a-z])([0-9])','$2$1')", "1a"),
    ("regexp_position('ab1','[0-9]')", "3"),
    ("split('a,b',',')", "[a, b]"),
    ("split('a,b,c',',',2)", "[a, b,c]"),
    ("split_part('a-b','-',2)", "b"),
    ("split_part('a-b','-',5)", None),
    ("codepoint('a')", "97"),
    ("hamming_distance('abc','abd')", "1"),
    ("normalize('e')", "e"),
    ("url_extract_host('https://a.b/c?d=e')", "a.b"),
    ("url_encode('a b')", "a+b"),
    ("url_extract_parameter('https://a.b/c?d=e','d')", "e"),
    ("format('%05d|%-5s|%x|%e', 42, 'ab', 255, 1234.5e0)", "00042|ab   |ff|1.234500e+03"),
    ("format('%s', date '2026-01-01')", "2026-01-01"),
    ("format('%s%%', 5)", "5%"),
    ("format('%2$s %1$s','a','b')", "b a"),
    ("format('%b', true)", "true"),
    ("ln(e())", "1.0"),
    ("width_bucket(5.3e0, 0, 10, 5)", "3"),
    ("bitwise_and(6, 3)", "2"),
    ("bitwise_or(6, 3)", "7"),
    ("bitwise_xor(6, 3)", "5"),
    ("bitwise_not(0)", "-1"),
    ("bitwise_left_shift(1, 3)", "8"),
    ("bit_count(7, 64)", "3"),
    ("from_base('ff', 16)", "255"),
    ("to_base(255, 16)", "ff"),
    ("is_nan(nan())", "true"),
    ("is_finite(1e0)", "true"),
    ("infinity()", "Infinity"),
    ("CAST(2.5 AS integer)", "3"),
    ("CAST(3.5e0 AS integer)", "4"),
    ("CAST(1 AS boolean)", "true"),
    ("CAST(true AS integer)", "1"),
    ("CAST(1.5e0 AS varchar)", "1.5"),
    ("CAST(ARRAY[1] AS array(varchar))", "[1]"),
    ("random(1)", "0"),
    ("try_cast('x' AS integer)", None),
    ("try_cast('5' AS integer)", "5"),
    ("typeof(1)", "integer"),
    ("typeof(1.5)", "decimal(2,1)"),
    ("typeof(ARRAY[1])", "array(integer)"),
    ("ROW(1,'a')", "{field0=1, field1=a}"),
    ("ROW(1,'a')[1]", "1"),
    ("DECIMAL '1.23'", "1.23"),
    ("CAST('abc' AS varchar(2))", "ab"),
    ("CAST('abc' AS char(5)) || '|'", "abc  |"),
    ("is_infinite(infinity())", "true"),
    ("bitwise_right_shift(8, 2)", "2"),
    ("random(1, 2)", "1"),
    ("random(1)", "0"),
    ("zip(ARRAY[1], ARRAY[2], ARRAY[3])", "[{field0=1, field1=2, field2=3}]"),
    ("url_decode('a+b%20c')", "a b c"),
    ("url_extract_path('https://a.b/c/d?e=f')", "/c/d"),
    ("url_extract_protocol('https://a.b/c')", "https"),
    ("url_extract_query('https://a.b/c?d=e#f')", "d=e"),
    ("format('%2$s-%1$05d', 7, 'a')", "a-00007"),
    ("CAST(1.6 AS decimal)", "2"),
    ("json_extract('{bad', '$.a')", None),
    ("CAST(json_extract('{\"a\": \"x\"}', '$.a') AS varchar)", "x"),
    ("any_match(ARRAY[1, 2], x -> any_match(ARRAY[x], y -> y = 2))", "true"),
    (
        "sequence(date '2026-01-01', date '2026-03-01', interval '1' month)",
        "[2026-01-01, 2026-02-01, 2026-03-01]",
    ),
    ("slice(ARRAY[1, 2, 3], -2, 2)", "[2, 3]"),
    ("regexp_replace('a1b2', '[0-9]')", "ab"),
    ("approx_distinct(s)", "3"),
    ("approx_distinct(s, 0.01e0)", "3"),
    ("every(n>1)", "false"),
    ("map_union(map(ARRAY[s], ARRAY[n]))", "{a=1, b=2, c=3}"),
    ("entropy(n)", "1.4591479170272448"),
    ("reduce_agg(n, 0, (a, b)->a+b, (a, b)->a+b)", "6"),
]
QUERIES = [
    (
        "SELECT a, b FROM UNNEST(ARRAY[1, 2], ARRAY['x', 'y', 'z']) AS t(a, b)",
        [["1", "x"], ["2", "y"], [None, "z"]],
    ),
    (
        "SELECT a, b FROM UNNEST(ARRAY[ROW(1, 'x'), ROW(2, 'y')]) AS t(a, b)",
        [["1", "x"], ["2", "y"]],
    ),
    (
        "SELECT k, v FROM UNNEST(map(ARRAY['a', 'b'], ARRAY[1, 2])) AS t(k, v) ORDER BY k",
        [["a", "1"], ["b", "2"]],
    ),
    (
        "SELECT k, v FROM (SELECT map_agg(s, n) AS m FROM (VALUES ('a', 1)) AS x(s, n))"
        " CROSS JOIN UNNEST(m) AS u(k, v)",
        [["a", "1"]],
    ),
    (
        "SELECT n, a, b, o FROM (VALUES 7) AS r(n)"
        " CROSS JOIN UNNEST(ARRAY[n, 2], ARRAY['x']) WITH ORDINALITY AS u(a, b, o) ORDER BY o",
        [["7", "7", "x", "1"], ["7", "2", None, "2"]],
    ),
    (
        "SELECT n, a, b FROM (VALUES 7) AS r(n) LEFT JOIN UNNEST(ARRAY[ROW(1, 'q')]) AS u(a, b)"
        " ON TRUE",
        [["7", "1", "q"]],
    ),
    ("SELECT cardinality(m) FROM (SELECT map(ARRAY['a'], ARRAY[1]) AS m)", [["1"]]),
    ("SELECT r[1], r[2] FROM (SELECT ROW(1, 'a') AS r)", [["1", "a"]]),
    (
        "SELECT day + interval '1' month, date_add('day', 1, day), date_trunc('month', day)"
        " FROM (VALUES date '2026-01-31') AS t(day)",
        [["2026-02-28", "2026-02-01", "2026-01-01"]],
    ),
    ("SELECT date '2026-01-01'" + " + interval '1' day" * 40, [["2026-02-10"]]),
    ("SELECT approx_distinct(n) OVER () FROM (VALUES 1, 2) AS t(n)", [["2"], ["2"]]),
    (
        "SELECT max(t) - min(t) FROM (VALUES timestamp '2026-01-01 00:00:00',"
        " timestamp '2026-01-29 14:50:51') AS x(t)",
        [["28 14:50:51.000"]],
    ),
]


def ask(text: str) -> ResultSet:
    tree = statements.parse(text)
    return run(tree, translate(tree, "shop", lambda _database, _name: None))


@pytest.mark.parametrize(("expression", "text"), VALUES)
def test_an_expression_has_trinos_value(expression: str, text: str | None) -> None:
    answer = ask(f"SELECT {expression} FROM (VALUES (1, 'a'), (2, 'b'), (3, 'c')) AS t(n, s)")
    assert (answer.columns, answer.rows[0]) == (["_col0"], [text])


@pytest.mark.parametrize(("query", "rows"), QUERIES)
def test_a_query_has_trinos_rows(query: str, rows: list[list[str | None]]) -> None:
    assert ask(query).rows == rows


def test_every_function_of_the_table_has_a_value_here(monkeypatch: pytest.MonkeyPatch) -> None:
    asked, translate_call = set[tuple[str, int]](), functions.translate_call

    def noted(call: functions.exp.Anonymous) -> functions.exp.Expr | None:
        asked.add((call.name.lower(), len(call.expressions)))
        return translate_call(call)

    monkeypatch.setattr(adaptation, "translate_call", noted)
    for expression, _ in VALUES:
        translate(statements.parse(f"SELECT {expression}"), "shop", lambda _database, _name: None)
    assert set(functions._ROWS) <= asked


@pytest.mark.parametrize(
    ("expression", "kind"),
    [
        ("json_extract('[1]', '$')", "json"),
        ("date_trunc('month', date '2026-01-31')", "date"),
        ("bitwise_and(6, 3)", "bigint"),
        ("CAST(1.6 AS decimal)", "decimal"),
        ("CAST('abc' AS varchar(2))", "varchar"),
        ("interval '3' day", "interval day to second"),
        ("map_entries(map(ARRAY['a'], ARRAY[1]))", "array"),
    ],
)
def test_a_column_has_athenas_type(expression: str, kind: str) -> None:
    assert ask(f"SELECT {expression}").types == [kind]


@pytest.mark.parametrize(
    ("expression", "reason"),
    [
        ("format('%s %s', 1)", "INVALID_FUNCTION_ARGUMENT: Format specifier '%s'"),
        ("format_datetime(now(), s)", "NOT_SUPPORTED: format_datetime needs a literal pattern"),
        ("approx_percentile(n, 2, 0.5)", "NOT_SUPPORTED: approx_percentile with weights"),
    ],
)
def test_what_cannot_be_translated_is_refused_by_name(expression: str, reason: str) -> None:
    with pytest.raises(statements.FailedQuery, match=f"^{reason}"):
        ask(f"SELECT {expression} FROM (VALUES (1, 'a')) AS t(n, s)")
