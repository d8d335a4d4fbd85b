"""Replaces nodes of Trino's tree that sqlglot would write with another meaning in DuckDB."""

import re

from sqlglot import exp

from localcloud.athena.functions import MAKE_MAPS, translate_call
from localcloud.athena.patterns import translate_datetime, translate_format
from localcloud.athena.statements import FailedQuery
from localcloud.athena.substitution import substitute

_IS_JSON = "is_json"


def rename_map_functions(tree: exp.Expr) -> None:
    """Renames cardinality and UNNEST of maps, which DuckDB names otherwise than those of arrays.

    A column is a map if an expression of the query that is named like it makes one.
    """
    for size in list(tree.find_all(exp.ArraySize)):
        if _is_map(size.this, tree):
            size.replace(_call("CARDINALITY", size.this.copy()))
    for unnest in tree.find_all(exp.Unnest):
        for one in list(unnest.expressions):
            if _is_map(one, tree):
                one.replace(_call("map_entries", one.copy()))


def _is_map(node: exp.Expr, tree: exp.Expr) -> bool:
    node = node.unnest()
    if isinstance(node, exp.Cast):
        return bool(node.to.is_type("map"))
    if isinstance(node, exp.Column):
        named = (one.this for one in tree.find_all(exp.Alias) if one.alias == node.name)
        return any(not isinstance(one, exp.Column) and _is_map(one, tree) for one in named)
    if isinstance(node, exp.Anonymous):
        return node.name.lower() in MAKE_MAPS
    return isinstance(node, exp.Map | exp.VarMap | exp.MapFromEntries | exp.MapCat)


def adapt(node: exp.Expr) -> None:
    """Replaces a node in its tree; its inner nodes are adapted already. Raises FailedQuery."""
    if isinstance(node, exp.Column):  # tables have an alias, and only that
        node.set("db", None)
        node.set("catalog", None)
    elif isinstance(node, exp.ApproxQuantile):
        _adapt_quantile(node)
    elif (made := _replacement(node)) is not None:
        node.replace(made)


def _replacement(node: exp.Expr) -> exp.Expr | None:
    """What replaces the node; None if it stays."""
    match node:
        case exp.Anonymous():
            return _function(node)
        case exp.Add() | exp.Sub() | exp.DateAdd() | exp.DateTrunc() | exp.TimestampTrunc():
            return _cast_to_type_of_argument(node)
        case exp.Cast():
            return _cast(node)
        case exp.JSONExtract() | exp.JSONExtractScalar() | exp.JSONValue():
            return _json(node)
        case exp.AtTimeZone():
            arguments = {"t": node.this, "z": node.args["zone"]}
            return substitute("timezone(z, CAST(t AS TIMESTAMPTZ))", arguments)
        case exp.Struct() if not any(isinstance(one, exp.PropertyEQ) for one in node.expressions):
            return _row(node)
        case exp.Format():
            return translate_format(node)
        case exp.Unnest():
            return _unnest(node)
    return None


def _function(call: exp.Anonymous) -> exp.Expr | None:
    name, arguments = call.name.lower(), call.expressions
    if name in ("format_datetime", "parse_datetime") and len(arguments) == 2:
        return translate_datetime(name, *arguments)
    if name == "json_exists" and len(arguments) == 2:
        _strip_mode(arguments[1])
    return translate_call(call)


def _row(node: exp.Struct) -> exp.Expr:
    row = _call("ROW", *(one.copy() for one in node.expressions))
    row.type = exp.DataType.build("struct")  # or sqlglot would index it as an array
    return row


def _cast_to_type_of_argument(node: exp.Expr) -> exp.Expr | None:
    """Casts to the type of the argument: in DuckDB a date plus an interval is a timestamp."""
    sides = [node.this, node.expression]
    if not isinstance(node, exp.Add | exp.Sub):
        kept = node.this
    else:
        others = [side for side in sides if not _is_interval(side)]
        if len(others) != 1:
            return None
        (kept,) = others
    while isinstance(kept, exp.Anonymous) and kept.name == "cast_to_type":
        kept = kept.expressions[1]  # so that the casts of a long sum are not nested
    return _call("cast_to_type", node.copy(), kept.copy())


def _is_interval(node: exp.Expr) -> bool:
    node = node.unnest()
    if isinstance(node, exp.Mul | exp.Div | exp.Neg):
        return any(_is_interval(one) for one in node.iter_expressions())
    return isinstance(node, exp.Interval)


def _cast(node: exp.Cast) -> exp.Expr | None:
    value, to = node.this, node.to
    if to.is_type("json"):
        return _call("to_json", value.copy())
    inner = value.unnest()
    if to.is_type("varchar") and (isinstance(inner, exp.ParseJSON) or inner.meta.get(_IS_JSON)):
        return substitute("json_extract_string(j, '$')", {"j": value})
    if to.is_type("decimal") and not to.expressions:
        node.set("to", exp.DataType.build(_decimal(value)))
    elif to.is_type("varchar", "char", "nchar") and to.expressions:
        width = to.expressions[0].this
        body = "left(t, n)" if to.is_type("varchar") else "rpad(t, n, ' ')"
        text = type(node)(this=value.copy(), to=exp.DataType.build("varchar"))
        return substitute(body, {"t": text, "n": width})
    return None


def _decimal(value: exp.Expr) -> str:
    """The type of DECIMAL '1.50' by its digits; of any other value decimal(38, 0), as Trino."""
    if not (isinstance(value, exp.Literal) and value.is_string):
        return "decimal(38, 0)"
    whole, _, places = value.name.strip().lstrip("+-").partition(".")
    return f"decimal({max(len(whole + places), 1)}, {len(places)})"


def _json(node: exp.Expr) -> exp.Expr:
    """NULL where the text is not JSON; scalars alone have a text; paths lose their mode."""
    path = node.args.get("path") or node.expression
    _strip_mode(path)
    arguments = {"s": node.this, "j": exp.JSONExtract(this=node.this.copy(), expression=path)}
    if isinstance(node, exp.JSONExtract):
        made = substitute("CASE WHEN json_valid(s) THEN j END", arguments)
        made.meta[_IS_JSON] = True
        return made
    text = exp.JSONExtractScalar(this=node.this.copy(), expression=path.copy())
    return substitute(
        "CASE WHEN json_valid(s) THEN"
        " CASE WHEN json_type(j) NOT IN ('ARRAY', 'OBJECT') THEN t END END",
        {"t": text, **arguments},
    )


def _strip_mode(path: exp.Expr) -> None:
    if isinstance(path, exp.Literal):
        path.set("this", re.sub(r"^(?:lax|strict)\s+", "", path.name))


def _adapt_quantile(node: exp.ApproxQuantile) -> None:
    if node.args.get("weight"):
        raise FailedQuery("NOT_SUPPORTED: approx_percentile with weights is not in DuckDB")
    share = node.args["quantile"]
    kind = "FLOAT[]" if isinstance(share.unnest(), exp.Array) else "FLOAT"
    node.set("quantile", exp.cast(share.copy(), kind, dialect="duckdb"))


def _unnest(node: exp.Unnest) -> exp.Expr | None:
    """Several arrays side by side; a row or a map becomes the columns that the alias names."""
    values, alias = node.expressions, node.args.get("alias")
    columns = list(alias.columns) if alias else []
    if not alias or not columns or len(values) == len(columns) == 1:
        return None
    depth = [exp.Var(this="max_depth := 2")] if len(columns) > len(values) else []
    calls = [_call("unnest", value.copy(), *depth) for value in values]
    if node.args.get("offset"):
        longest = _call("greatest", *(_call("len", value.copy()) for value in values))
        calls.append(substitute("unnest(range(1, n + 1))", {"n": longest}))
        columns.append(node.args["offset"])
    named = exp.TableAlias(this=alias.this, columns=columns)
    return exp.Subquery(this=exp.Select(expressions=calls), alias=named)


def _call(name: str, *arguments: exp.Expr) -> exp.Expr:
    return exp.Anonymous(this=name, expressions=list(arguments))
