"""The rows of the states in the graph: layers by the longest path from the first state.

Edges that close a loop are ignored. States that only a Catch leads to come after all others.
"""

from dataclasses import dataclass, field

from reviews.console.definition import Edge, handlers_of


@dataclass
class Layers:
    """`depth`: the layer of each state, from 0. `height`: how many layers follow it at most.
    `handling`: the states that only a Catch leads to.
    """

    depth: dict[str, int] = field(default_factory=dict)
    height: dict[str, int] = field(default_factory=dict)
    handling: set[str] = field(default_factory=set)

    def rows(self) -> list[list[str]]:
        """The states by depth; a row begins with the state that most layers follow."""
        rows: list[list[str]] = [[] for _ in range(max(self.depth.values(), default=-1) + 1)]
        for name, depth in self.depth.items():
            rows[depth].append(name)
        return [sorted(row, key=lambda name: -self.height[name]) for row in rows]


def layers_of(start: str, edges: list[Edge]) -> Layers:
    """The layers of the states that can be reached from `start`."""
    layers, handlers = Layers(), handlers_of(edges)
    _add(layers, start, edges, avoid={*handlers})
    usual = set(layers.depth)
    for handler in handlers:
        if handler not in layers.depth:
            _add(layers, handler, edges, avoid={*layers.depth, *handlers} - {handler})
    layers.handling = layers.depth.keys() - usual
    return layers


def _add(layers: Layers, root: str, edges: list[Edge], avoid: set[str]) -> None:
    forward = _forward(root, edges, avoid)
    layers.depth[root] = max(layers.depth.values(), default=-1) + 1
    for name, targets in reversed(forward.items()):
        for target in targets:
            layers.depth[target] = max(layers.depth.get(target, 0), layers.depth[name] + 1)
    for name, targets in forward.items():
        layers.height[name] = max((layers.height[target] + 1 for target in targets), default=0)


def _forward(root: str, edges: list[Edge], avoid: set[str]) -> dict[str, list[str]]:
    """State → its successors without edges that lead back, in postorder of a depth-first search."""
    forward: dict[str, list[str]] = {}
    path = [root]

    def explore(name: str) -> None:
        targets = [edge.target for edge in edges if edge.source == name]
        ahead = [target for target in targets if target not in avoid and target not in path]
        for target in ahead:
            if target not in forward:
                path.append(target)
                explore(target)
                path.pop()
        forward[name] = ahead

    explore(root)
    return forward
