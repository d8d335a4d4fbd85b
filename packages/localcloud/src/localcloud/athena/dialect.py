"""Trino's SQL as the embedded AWS parses it."""

from collections.abc import Mapping
from typing import Any, ClassVar

from sqlglot.dialects.trino import Trino
from sqlglot.parsers.trino import TrinoParser

from localcloud.athena.functions import NAMES


def _without_ours(makers: Mapping[str, Any]) -> dict[str, Any]:
    return {name: make for name, make in makers.items() if name not in NAMES}


class EmbeddedAthena(Trino):
    """Trino's SQL, in which functions of the table keep their names and arguments."""

    class Parser(TrinoParser):
        FUNCTIONS: ClassVar = _without_ours(TrinoParser.FUNCTIONS)
        FUNCTION_PARSERS: ClassVar = _without_ours(TrinoParser.FUNCTION_PARSERS)
