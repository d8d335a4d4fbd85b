r"""Fields as `mysql --batch` and `mariadb --batch` write them: no quotes, and a backslash for what
would end a field.

"Newline, tab, NUL, and backslash are written as \n, \t, \0, and \\" (option --raw in
https://dev.mysql.com/doc/refman/8.4/en/mysql-command-options.html, read in November 2026).
"""

import re
from collections.abc import Iterable

_ESCAPE = re.compile(r"\\(.?)")
_MEANINGS = {"n": "\n", "t": "\t", "0": "", "\\": "\\"}  # a NUL has no meaning in a text
_FEWEST = 3  # a path on Windows may have one or two: C:\new\toys


def are_used(lines: Iterable[str]) -> bool:
    r"""Whether each backslash begins one of the four escapes, and some of them are \n or \t."""
    found = [escape for line in lines if "\\" in line for escape in _ESCAPE.findall(line)]
    return set(found) <= _MEANINGS.keys() and found.count("n") + found.count("t") >= _FEWEST


def resolved(field: str) -> str:
    """The field without escapes."""
    return _ESCAPE.sub(_meaning, field) if "\\" in field else field


def _meaning(escape: re.Match[str]) -> str:
    """A backslash before another character, later in the file, is what it is."""
    return _MEANINGS.get(escape[1], escape[0])
