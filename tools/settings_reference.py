"""The tables of docs/settings.md: the dataclasses of the settings, and their values by environment.

What a field means is the comment on its line; a hyperparameter has it in contract/hyperparameters.
"""

import ast
import inspect
import tokenize
from collections.abc import Iterator
from dataclasses import MISSING, Field, fields, is_dataclass
from io import StringIO
from typing import Any, get_type_hints

from contract import hyperparameters
from infra.settings import ENVIRONMENTS, Settings, settings_for
from tools.blocks import table


def render() -> str:
    """A section for each dataclass, then the values that differ."""
    sections = [_section(cls) for cls in dataclasses()]
    return "\n\n".join([*sections, "## The environments", _environments()])


def dataclasses() -> list[type]:
    """`Settings` first, the others as they come in its fields."""
    found: list[type] = [Settings]
    for cls in found:
        for kind in get_type_hints(cls).values():
            if is_dataclass(kind) and isinstance(kind, type) and kind not in found:
                found.append(kind)
    return found


def meanings(cls: type) -> dict[str, str]:
    """Field → what it means, empty where nothing says so; without the fields of a base that has a
    section of its own."""
    return _described(cls) | _commented(cls)


def _described(cls: type) -> dict[str, str]:
    """The meaning and the allowed values of each hyperparameter; empty for another group."""
    if not issubclass(cls, hyperparameters.Recipe):
        return {}
    found = hyperparameters.table(cls).values()
    return {one.name: f"{one.meaning}; {one.allowed}" for one in found}


def _commented(cls: type) -> dict[str, str]:
    tokens = tokenize.generate_tokens(StringIO(inspect.getsource(cls)).readline)
    comments = {
        token.start[0]: token.string.removeprefix("#").strip()
        for token in tokens
        if token.type == tokenize.COMMENT
    }
    return {name: comments.get(node.lineno, "") for name, node in _assignments(cls)}


def _section(cls: type) -> str:
    bases = [base.__name__ for base in cls.__bases__ if base in dataclasses()]
    inherited = [f"It also has what [{name}](#{name.lower()}) has." for name in bases]
    texts = meanings(cls)
    types = {field.name: f"`{getattr(field.type, '__name__', '')}`" for field in fields(cls)}
    types |= {name: _type(cls, name, node) for name, node in _assignments(cls)}
    rows = [
        [f"`{field.name}`", types[field.name], _default(field), texts[field.name]]
        for field in fields(cls)
        if field.name in texts
    ]
    parts = [f"## {cls.__name__}", inspect.getdoc(cls) or "", *inherited]
    return "\n\n".join([*parts, table(["name", "type", "default", "meaning"], rows)])


def _environments() -> str:
    """The settings that have no default, or somewhere another value."""
    columns = [dict(_leaves(found)) for found in settings_for()]
    rows = [
        [f"`{path}`", _value(default), *(_value(column[path]) for column in columns)]
        for path, default in _default_leaves(Settings)
        if any(column[path] != default for column in columns)
    ]
    return table(["setting", "default", *ENVIRONMENTS], rows)


def _leaves(group: Any, path: str = "") -> Iterator[tuple[str, Any]]:
    for field in fields(group):
        value = getattr(group, field.name)
        if is_dataclass(value):
            yield from _leaves(value, f"{path}{field.name}.")
        else:
            yield f"{path}{field.name}", value


def _default_leaves(cls: Any, path: str = "") -> Iterator[tuple[str, Any]]:
    kinds = get_type_hints(cls)
    for field in fields(cls):
        kind = kinds[field.name]
        if is_dataclass(kind):
            yield from _default_leaves(kind, f"{path}{field.name}.")
        else:
            yield f"{path}{field.name}", field.default


def _type(cls: type, name: str, node: ast.AnnAssign) -> str:
    written = ast.unparse(node.annotation)
    is_known = is_dataclass(get_type_hints(cls)[name])
    return f"[{written}](#{written.lower()})" if is_known else f"`{written}`"


def _default(field: Field[Any]) -> str:
    return "its own" if field.default_factory is not MISSING else _value(field.default)


def _value(value: Any) -> str:
    if value is MISSING:
        return "required"
    if value in ("", ()):
        return "empty"
    if isinstance(value, tuple | list):
        return ", ".join(f"`{item}`" for item in value)
    return f"`{value}`"


def _assignments(cls: type) -> Iterator[tuple[str, ast.AnnAssign]]:
    """The fields as they are written, the lines counted from that of the class."""
    (definition,) = ast.parse(inspect.getsource(cls)).body
    for node in getattr(definition, "body", []):
        if isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name):
            yield node.target.id, node
