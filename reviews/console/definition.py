"""The states of a state machine's definition as a graph.

A Parallel or Map state counts as one; what is inside it is not shown.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

Definition = dict[str, Any]


class Kind(StrEnum):
    NEXT = "next"
    CHOICE = "choice"
    CATCH = "catch"


@dataclass(frozen=True)
class Edge:
    source: str
    target: str
    kind: Kind


def edges_of(definition: Definition) -> list[Edge]:
    """The edges in the order of their states; those of one state begin with Next or Default."""
    found = (edge for name in definition["States"] for edge in _leaving(definition, name))
    return list(dict.fromkeys(found))


def handlers_of(edges: list[Edge]) -> list[str]:
    """The targets of Catch."""
    return list(dict.fromkeys(edge.target for edge in edges if edge.kind is Kind.CATCH))


def _leaving(definition: Definition, name: str) -> Iterator[Edge]:
    state = definition["States"][name]
    if "Next" in state:
        yield Edge(name, state["Next"], Kind.NEXT)
    if "Default" in state:
        yield Edge(name, state["Default"], Kind.CHOICE)
    for choice in state.get("Choices", []):
        yield Edge(name, choice["Next"], Kind.CHOICE)
    for catcher in state.get("Catch", []):
        yield Edge(name, catcher["Next"], Kind.CATCH)
