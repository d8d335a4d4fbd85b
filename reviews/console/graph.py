"""The layout of a state machine's graph: boxes from top to bottom, and lines between them.

All sizes and coordinates are pixels.
"""

import json
from dataclasses import asdict, dataclass
from typing import Any

from reviews.console.definition import edges_of
from reviews.console.layers import layers_of

WIDTH, HEIGHT = 240, 34  # of a box
_ROW, _COLUMN = 60, 288  # from one box to the next
_LEFT, _RIGHT, _TOP = 88, 24, 8  # margins
_BEND, _BEND_A_ROW, _WIDEST_BEND = 28, 3, 110  # of a line that passes boxes
_LONG = 3  # a line over more rows passes the boxes on their left, where no other lines are


@dataclass(frozen=True, kw_only=True)
class Box:
    name: str
    type: str
    x: int
    y: int

    @property
    def middle(self) -> int:
        return self.y + HEIGHT // 2

    @property
    def centre(self) -> int:
        return self.x + WIDTH // 2


def draw(text: str) -> dict[str, Any]:
    """The graph of a definition, which is JSON: boxes, lines with their SVG paths, and its size."""
    definition = json.loads(text)
    edges = edges_of(definition)
    layers = layers_of(definition["StartAt"], edges)
    boxes = _boxes(definition["States"], layers.rows())
    lines = [
        {
            "from": edge.source,
            "to": edge.target,
            "kind": edge.kind,
            "path": _path(boxes[edge.source], boxes[edge.target]),
            "handling": bool({edge.source, edge.target} & layers.handling),
        }
        for edge in edges
    ]
    return {
        "boxes": [asdict(box) for box in boxes.values()],
        "lines": lines,
        "width": max(box.x for box in boxes.values()) + WIDTH + _RIGHT,
        "height": max(box.y for box in boxes.values()) + HEIGHT + _TOP,
        "box": {"width": WIDTH, "height": HEIGHT},
    }


def _boxes(states: dict[str, Any], rows: list[list[str]]) -> dict[str, Box]:
    return {
        name: Box(
            name=name, type=states[name]["Type"], x=_LEFT + _COLUMN * column, y=_TOP + _ROW * row
        )
        for row, names in enumerate(rows)
        for column, name in enumerate(names)
    }


def _path(source: Box, target: Box) -> str:
    rows = (target.y - source.y) // _ROW
    if rows == 1:
        return _down(source, target)
    if source.x != target.x:
        return _between(source, target)
    return _around(source, target, abs(rows))


def _down(source: Box, target: Box) -> str:
    bottom, half = source.y + HEIGHT, (target.y - source.y - HEIGHT) // 2
    return (
        f"M{source.centre} {bottom}C{source.centre} {bottom + half} "
        f"{target.centre} {target.y - half} {target.centre} {target.y}"
    )


def _between(source: Box, target: Box) -> str:
    """A path through the gap between two columns."""
    side = 1 if target.x > source.x else -1
    start = source.x + (WIDTH if side > 0 else 0)
    end = target.x + (0 if side > 0 else WIDTH)
    gap = _COLUMN - WIDTH
    return (
        f"M{start} {source.middle}C{start + side * gap} {source.middle} "
        f"{end - side * gap} {target.middle} {end} {target.middle}"
    )


def _around(source: Box, target: Box, rows: int) -> str:
    """A path around the boxes in between: on their left if it is long, else on their right."""
    is_long = rows > _LONG
    bend = min(_BEND + _BEND_A_ROW * rows, _WIDEST_BEND)
    edge = source.x if is_long else source.x + WIDTH
    aside = edge - bend if is_long else edge + bend
    return (
        f"M{edge} {source.middle}C{aside} {source.middle} "
        f"{aside} {target.middle} {edge} {target.middle}"
    )
