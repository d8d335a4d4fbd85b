"""Charts for the HTML reports, as SVG."""

from collections.abc import Sequence
from html import escape

_WIDTH, _HEIGHT = 640, 160
_SQUARE = 320


def histogram(
    title: str, counts: Sequence[int], labels: Sequence[str], ends: tuple[str, str]
) -> str:
    """One bar for each count; its label appears under the pointer.

    `ends` are the values at the left and the right end of the axis.
    """
    highest, width = max(counts, default=0) or 1, _WIDTH / max(1, len(counts))
    bars = "".join(
        f'<rect x="{number * width + 1:.1f}" y="{_HEIGHT * (1 - count / highest):.1f}" '
        f'width="{max(1.0, width - 2):.1f}" height="{_HEIGHT * count / highest:.1f}" '
        f'fill="var(--mark)"><title>{escape(label)}</title></rect>'
        for number, (count, label) in enumerate(zip(counts, labels, strict=True))
    )
    return _svg(title, bars + _axis_ends(ends))


def paired_bars(
    title: str, bins: Sequence[tuple[str, float, float]], *, names: tuple[str, str]
) -> str:
    """Two bars for each bin, of (name, first, second); `names` are those of the two.

    Labels appear under the pointer, and the ends of the axis have the first and the last bin.
    """
    highest = max((max(first, second) for _, first, second in bins), default=0) or 1
    width = _WIDTH / max(1, len(bins))
    bars = ""
    for number, (bin_name, *values) in enumerate(bins):
        for at, (name, value) in enumerate(zip(names, values, strict=True)):
            height = _HEIGHT * value / highest
            bars += (
                f'<rect x="{number * width + 2 + at * (width / 2 - 2):.1f}" '
                f'y="{_HEIGHT - height:.1f}" width="{max(1.0, width / 2 - 4):.1f}" '
                f'height="{height:.1f}" fill="var(--{"mark" if at else "soft"})">'
                f"<title>{escape(f'{bin_name}, {name}: {value:.1%}')}</title></rect>"
            )
    ends = (bins[0][0], bins[-1][0]) if bins else ("", "")
    return _svg(title, bars + _axis_ends(ends))


def line_chart(title: str, values: Sequence[float], *, top: float, ends: tuple[str, str]) -> str:
    """Values at equal distances along the axis, from 0 to `top` in height."""
    points = " ".join(
        f"{number * _WIDTH / max(1, len(values) - 1):.1f},"
        f"{_HEIGHT * (1 - min(value, top) / top):.1f}"
        for number, value in enumerate(values)
    )
    line = f'<polyline points="{points}" fill="none" stroke="var(--mark)" stroke-width="2"/>'
    return _svg(title, line + f'<text x="4" y="12">{top:,.0f}</text>' + _axis_ends(ends))


BinMarks = Sequence[tuple[float, float, str]]  # mean confidence, accuracy and label of each bin


def reliability_diagram(points: BinMarks, *, before: BinMarks) -> str:
    """Filled marks for `points`, open ones for `before`; the diagonal is perfect calibration."""
    size = _SQUARE
    return (
        f'<svg viewBox="-10 -10 {size + 20} {size + 20}" style="max-width:{size}px" role="img" '
        f'aria-label="Reliability diagram: accuracy by mean confidence">'
        f'<line x1="0" y1="{size}" x2="{size}" y2="0" stroke="var(--soft)" stroke-dasharray="4"/>'
        f"{_bin_marks(before, fill='none', stroke='var(--soft)')}"
        f"{_bin_marks(points, fill='var(--mark)', stroke='var(--mark)')}"
        f'<text x="0" y="6">accuracy, 0 to 1</text>'
        f'<text x="{size}" y="{size + 4}" text-anchor="end">mean confidence, 0 to 1</text></svg>'
    )


def _bin_marks(points: BinMarks, *, fill: str, stroke: str) -> str:
    placed = [
        (f"{_SQUARE * x:.1f}", f"{_SQUARE * (1 - y):.1f}", escape(text)) for x, y, text in points
    ]
    path = " ".join(f"{x},{y}" for x, y, _ in placed)
    return f'<polyline points="{path}" fill="none" stroke="{stroke}"/>' + "".join(
        f'<circle cx="{x}" cy="{y}" r="6" fill="{fill}" stroke="{stroke}">'
        f"<title>{text}</title></circle>"
        for x, y, text in placed
    )


def _svg(title: str, content: str) -> str:
    return (
        f'<svg class="plot" viewBox="0 -4 {_WIDTH} {_HEIGHT + 24}" role="img" '
        f'aria-label="{escape(title)}">{content}</svg>'
    )


def _axis_ends(ends: tuple[str, str]) -> str:
    first, last = map(escape, ends)
    return (
        f'<text x="4" y="{_HEIGHT + 15}">{first}</text>'
        f'<text x="{_WIDTH - 4}" y="{_HEIGHT + 15}" text-anchor="end">{last}</text>'
    )
