"""Expressions of DuckDB with arguments in place of their parameters."""

from collections.abc import Mapping, Sequence
from functools import cache

import sqlglot
from sqlglot import exp


def substitute(body: str, arguments: Mapping[str, exp.Expr]) -> exp.Expr:
    """DuckDB's expression with the arguments in place of its parameters and lambdas."""
    root = exp.Paren(this=_parsed(body).copy())
    for node in list(root.walk(bfs=False))[::-1]:  # inner nodes first
        if isinstance(node, exp.Anonymous) and node.name in arguments:
            node.replace(_apply_lambda(arguments[node.name], node.expressions))
        elif isinstance(node, exp.Column) and node.name in arguments and not node.table:
            node.replace(_parenthesized(arguments[node.name]))
    # An aggregate may have FILTER or OVER after it, which a parenthesis may not.
    is_call = isinstance(root.this, exp.Func) and not isinstance(root.this, exp.Binary)
    return root.this if is_call else root


@cache
def _parsed(body: str) -> exp.Expr:
    return sqlglot.parse_one(body, read="duckdb")


def _apply_lambda(function: exp.Expr, values: Sequence[exp.Expr]) -> exp.Expr:
    """The body of a lambda with values in place of its parameters."""
    if not isinstance(function, exp.Lambda):
        return exp.Anonymous(this=function.name, expressions=list(values))
    by_name = dict(zip((one.name for one in function.expressions), values, strict=False))
    root = exp.Paren(this=function.this.copy())
    for node in list(root.walk(bfs=False))[::-1]:
        if isinstance(node, exp.Identifier) and node.name in by_name:
            whole = node.parent if isinstance(node.parent, exp.Column) else node
            whole.replace(_parenthesized(by_name[node.name]))
    return root


def _parenthesized(value: exp.Expr) -> exp.Expr:
    return exp.Paren(this=value.copy()) if isinstance(value, exp.Binary) else value.copy()
