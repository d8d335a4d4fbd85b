"""Parses the text of a query: one statement, or the reason why Athena refuses it.

Athena parses a text when it is submitted. What it cannot parse is an InvalidRequestException of
StartQueryExecution, and so are two statements in one text. Its wording is in
https://github.com/guardian/athena-cli/issues/39 ("line 1:10: mismatched input '<EOF>'", with the
list of words that begin a statement) and in
https://github.com/objectiv/objectiv-analytics/issues/1311 ("Only one sql statement is allowed").
"""

import logging
from functools import lru_cache

import sqlglot
from sqlglot import exp
from sqlglot.errors import ParseError, SqlglotError
from sqlglot.tokenizer_core import Token, TokenType

from localcloud.athena.dialect import EmbeddedAthena

_QUERIES = ("SELECT", "TABLE", "VALUES", "WITH")
_STATEMENTS = (
    *("ALTER", "ANALYZE", "CALL", "COMMIT", "CREATE", "DEALLOCATE", "DELETE", "DESC", "DESCRIBE"),
    *("DROP", "EXECUTE", "EXPLAIN", "GRANT", "INSERT", "MERGE", "MSCK", "OPTIMIZE", "PREPARE"),
    *("RESET", "REVOKE", "ROLLBACK", "SET", "SHOW", "START", "UNLOAD", "UPDATE", "USE", "USING"),
    "VACUUM",
)
_MOST_PARSED = 256  # texts
# It logs a warning for statements that it cannot parse; they never reach DuckDB.
logging.getLogger("sqlglot").setLevel(logging.ERROR)


class MalformedQuery(ValueError):
    """StartQueryExecution refuses the text; the message is worded as Athena's."""


class FailedQuery(ValueError):
    """The execution fails; the message is its StateChangeReason."""


def check(text: str) -> None:
    """Raises MalformedQuery for what StartQueryExecution would refuse."""
    word = _first_word(text)
    if word in _QUERIES:
        parse(text)
    elif word not in _STATEMENTS:
        raise MalformedQuery(f"line 1:1: mismatched input '{word or '<EOF>'}'")
    _check_single(text)


def _check_single(text: str) -> None:
    tokens = _tokens(text)
    while tokens and tokens[-1].token_type == TokenType.SEMICOLON:
        tokens = tokens[:-1]
    if any(token.token_type == TokenType.SEMICOLON for token in tokens):
        raise MalformedQuery(f"Only one sql statement is allowed. Got: {text}")


def is_query(text: str) -> bool:
    """Whether the statement only reads tables."""
    return _first_word(text) in _QUERIES


def _first_word(text: str) -> str:
    """The first word in capitals; empty for a text of comments and white space."""
    skipped = (TokenType.L_PAREN, TokenType.SEMICOLON)
    words = (token.text for token in _tokens(text) if token.token_type not in skipped)
    return next(words, "").upper()


def _tokens(text: str) -> list[Token]:
    # Backticks are Hive's, and occur only in statements on the catalog.
    try:
        return list(sqlglot.tokenize(text, read="hive" if "`" in text else EmbeddedAthena))
    except SqlglotError as error:
        raise MalformedQuery("line 1:1: a quote, a comment or a name does not end") from error


@lru_cache(maxsize=_MOST_PARSED)
def parse(text: str) -> exp.Expr:
    """The tree of a query, which callers must not change. Raises MalformedQuery."""
    _check_single(text)
    try:
        tree = sqlglot.parse_one(text, read=EmbeddedAthena)
    except ParseError as error:
        raise MalformedQuery(_mismatch(error)) from error
    except SqlglotError as error:
        raise MalformedQuery(f"line 1:1: {error}") from error
    except RecursionError as error:
        raise MalformedQuery("line 1:1: the statement is nested too deeply") from error
    if any(not select.expressions for select in tree.find_all(exp.Select)):
        raise MalformedQuery("line 1:1: SELECT without an expression")
    return tree


def _mismatch(error: ParseError) -> str:
    """Line and column, from 1, of the word's first letter; sqlglot gives those of its last."""
    found = error.errors[0]
    word = str(found["highlight"])
    return f"line {found['line']}:{found['col'] - len(word) + 1}: mismatched input '{word}'"


def position(tree: exp.Expr, name: str) -> str:
    """Where a name occurs first in the text, as `line 1:8: `; empty if it is unknown."""
    for node in tree.walk():
        if node.name.lower() == name.lower() and "line" in node.meta:
            width = node.meta["end"] - node.meta["start"]
            return f"line {node.meta['line']}:{node.meta['col'] - width}: "
    return ""


def tables(tree: exp.Expr) -> list[exp.Table]:
    """The tables that a query reads, without the names that its WITH defines."""
    bound = {common.alias.lower() for common in tree.find_all(exp.CTE)}
    return [
        table
        for table in tree.find_all(exp.Table)
        if table.args.get("db") or table.name.lower() not in bound
    ]
