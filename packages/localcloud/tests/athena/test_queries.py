"""Queries as people write them for Athena, translated and run on DuckDB."""

import pytest

from localcloud.athena import statements
from localcloud.athena.engine import ResultSet, run
from localcloud.athena.statements import FailedQuery, MalformedQuery
from localcloud.athena.translation import translate


def relation(database: str, name: str) -> str | None:
    """Two tables of one database."""
    tables = {
        "shop.reviews": "(SELECT * FROM (VALUES (1, 'a'), (2, 'b')) AS t(id, class))",
        "shop.classes": "(SELECT * FROM (VALUES ('a', 0), ('b', 2)) AS t(class, place))",
    }
    return tables.get(f"{database}.{name}")


def ask(text: str) -> ResultSet:
    statements.check(text)
    tree = statements.parse(text)
    return run(tree, translate(tree, "shop", relation))


@pytest.mark.parametrize(
    ("expression", "kind", "text"),
    [
        (
            "from_iso8601_timestamp('2026-01-01T10:00:00Z')",
            "timestamp with time zone",
            "2026-01-01 10:00:00.000 UTC",
        ),
        ("approx_percentile(n, 0.5)", "integer", "2"),
        ("approx_percentile(n, ARRAY[0.0, 1.0])", "array", "[1, 3]"),
        ("regexp_like(min(s), '^[ab]$')", "boolean", "true"),
        ("map_agg(s, n)", "map", "{a=1, b=2, c=3}"),
        ("sequence(1, 4)", "array", "[1, 2, 3, 4]"),
        (
            "sequence(date '2026-01-01', date '2026-01-02', interval '1' day)",
            "array",
            "[2026-01-01, 2026-01-02]",
        ),
        ("CAST(json_parse('[1,2]') AS array(integer))", "array", "[1, 2]"),
        ("CAST(JSON '[1,2]' AS array(integer))", "array", "[1, 2]"),
        ("format('%d', 5)", "varchar", "5"),
        ("format('%s of %.1f and %,d', 7, 1.25e0, 1234567)", "varchar", "7 of 1.2 and 1,234,567"),
        ("date_add('day', 3, date '2026-01-01')", "date", "2026-01-04"),
        ("interval '1' day + date '2026-01-01'", "date", "2026-01-02"),
        ("+".join(["1"] * 900), "integer", "900"),
        ("date_format(timestamp '2026-01-02 03:04:05', '%Y-%m-%d %H:%i')", "varchar", None),
        ("7 / 2", "integer", "3"),
        ("7e0 / 2", "double", "3.5"),
        ("1e10", "double", "1.0E10"),
        ("element_at(map_agg(s, n), 'b')", "integer", "2"),
        ("array_join(array_agg(s ORDER BY s), '-')", "varchar", "a-b-c"),
        ("from_unixtime(0)", "timestamp with time zone", "1970-01-01 00:00:00.000 UTC"),
        ("to_iso8601(date '2026-01-01')", "varchar", "2026-01-01"),
        ("nan()", "double", "NaN"),
    ],
)
def test_functions_of_trino_have_their_values(expression: str, kind: str, text: str | None) -> None:
    answer = ask(f"SELECT {expression} FROM (VALUES (1, 'a'), (2, 'b'), (3, 'c')) AS t(n, s)")
    assert answer.types == [kind]
    assert answer.rows[0][0] == (text or "2026-01-02 03:04")


@pytest.mark.parametrize(
    ("text", "columns"),
    [
        ("SELECT count(*), 1 AS one, max(id) FROM reviews", ["_col0", "one", "_col2"]),
        ("SELECT *, id + 1 FROM reviews", ["id", "class", "_col2"]),
        ("SELECT CAST(id AS varchar), (id), (id + 1) FROM reviews", ["_col0", "id", "_col2"]),
        ("SELECT * FROM (SELECT count(*), 1 FROM reviews)", ["_col0", "_col1"]),
        ("SELECT id FROM reviews UNION SELECT 3", ["id"]),
        ("VALUES (1, 2)", ["_col0", "_col1"]),
        ("SELECT CAST(ROW(1, 'a') AS ROW(n integer, s varchar)).s", ["s"]),
    ],
)
def test_columns_without_a_name_are_headed_by_their_place(text: str, columns: list[str]) -> None:
    assert ask(text).columns == columns


@pytest.mark.parametrize(
    "text",
    [
        "SELECT id, place FROM reviews, classes WHERE reviews.class = classes.class ORDER BY id",
        "SELECT r.id, c.place FROM shop.reviews r JOIN classes c USING (class) ORDER BY id",
        'SELECT shop.reviews.id, "shop"."classes".place FROM shop.reviews JOIN shop.classes'
        " ON shop.reviews.class = shop.classes.class ORDER BY 1;",
        "WITH reviews AS (SELECT * FROM shop.reviews) SELECT id, (SELECT max(place) FROM classes"
        " WHERE classes.class = reviews.class) AS place FROM reviews ORDER BY id",
    ],
)
def test_tables_are_found_wherever_they_are_named(text: str) -> None:
    assert ask(text).rows == [["1", "0"], ["2", "2"]]
    names = {table.name for table in statements.tables(statements.parse(text))}
    assert names == {"reviews", "classes"}


def test_nulls_and_nested_values_are_written_as_athena_does() -> None:
    answer = ask(
        "SELECT NULL, ARRAY[NULL, true], CAST(ROW(1, 'x') AS ROW(n integer, s varchar)), "
        "CAST(1.1 AS real), to_utf8('ab'), CAST(1.50 AS decimal(5, 2))"
    )
    assert answer.rows == [[None, "[null, true]", "{n=1, s=x}", "1.1", "61 62", "1.50"]]
    assert answer.types[1:] == ["array", "row", "float", "varbinary", "decimal"]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "line 1:1: mismatched input '<EOF>'"),
        ("  -- nothing", "line 1:1: mismatched input '<EOF>'"),
        ("SELEC 1", "line 1:1: mismatched input 'SELEC'"),
        ("SELECT id\nFROM reviews WHERE class = 'a' LIMIT x y", "line 2:40: mismatched input 'y'"),
        ("SELECT 1; SELECT 2", "Only one sql statement is allowed. Got: SELECT 1; SELECT 2"),
        ("DROP TABLE `a`; DROP TABLE b", "Only one sql statement is allowed. Got: DROP"),
        ("SELECT 'a", "line 1:1: a quote, a comment or a name does not end"),
        ("SELECT " + "(" * 3000 + "1" + ")" * 3000, "line 1:1: the statement is nested too"),
        ("SELECT FROM reviews", "line 1:1: SELECT without an expression"),
    ],
)
def test_what_athena_cannot_parse_is_refused_at_once(text: str, message: str) -> None:
    with pytest.raises(MalformedQuery) as raised:
        statements.check(text)
    assert str(raised.value).startswith(message)


@pytest.mark.parametrize("text", ["SELECT ';' AS a -- ; b", "SELECT 1;;", "/* ; */ SELECT 1"])
def test_a_semicolon_is_no_second_statement(text: str) -> None:
    statements.check(text)
    assert len(ask(text).rows) == 1


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (
            "SELECT 1 FROM shop.orders",
            "TABLE_NOT_FOUND: line 1:15: Table 'awsdatacatalog.shop.orders' does not exist",
        ),
        (
            "SELECT id,\n colour FROM reviews",
            "COLUMN_NOT_FOUND: line 2:2: Column 'colour' cannot be resolved",
        ),
        ("SELECT word_stem('a')", "FUNCTION_NOT_FOUND: line 1:8: Function 'word_stem' not"),
        ("SELECT * FROM read_csv('/etc/hosts')", "FUNCTION_NOT_FOUND: Table function"),
        ("SELECT CAST('x' AS integer)", "INVALID_CAST_ARGUMENT"),
        ("SELECT id / 0 FROM reviews", "DIVISION_BY_ZERO"),
        ("SELECT approx_percentile(id, 2, 0.5) FROM reviews", "NOT_SUPPORTED"),
        ("SELECT * FROM information_schema.tables", "NOT_SUPPORTED"),
    ],
)
def test_a_query_that_fails_says_why_in_trinos_words(text: str, reason: str) -> None:
    with pytest.raises(FailedQuery) as raised:
        ask(text)
    assert str(raised.value).startswith(reason)
