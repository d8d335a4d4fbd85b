"""Fields of objects in a row, by names with dots: `review.text` of {"review": {"text": "soft"}}.

pandas.json_normalize and pyarrow's Table.flatten give them the same names.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from .columns import in_header

_MOST_LEVELS = 10  # an object further inside is one column


def lacks(header: Sequence[str], wanted: Sequence[str]) -> bool:
    """Whether a wanted column is missing, so that it may be a field of an object."""
    return any(in_header(header, name) not in header for name in wanted)


def field_names(row: Mapping[str, Any], levels: int = _MOST_LEVELS) -> Iterator[str]:
    """The keys of a row; in place of one that has an object, the names of its fields."""
    for key, value in row.items():
        if levels and isinstance(value, dict) and value:
            yield from (f"{key}.{name}" for name in field_names(value, levels - 1))
        else:
            yield key


def field_of(row: Mapping[str, Any], name: str) -> Any:
    """The value of a key, or of a field of an object; None where there is none."""
    if name in row:
        return row[name]
    key, _, rest = name.partition(".")
    inside = row.get(key)
    return field_of(inside, rest) if isinstance(inside, dict) else None
