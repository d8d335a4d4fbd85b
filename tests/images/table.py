"""The table at the end of a test run: image, Python, what ran, result."""

from collections.abc import Iterator

import pytest

_HEADINGS = ("image", "Python", "what ran", "result")
_KEY = "image"
Row = tuple[str, str, str, str]


def rows(reports: list[pytest.TestReport]) -> list[Row]:
    """One row a test that asked for an image: skipped and failed ones are named as such."""
    found: dict[str, Row] = {}
    for report in reports:
        properties = dict(report.user_properties)
        if _KEY not in properties:
            continue
        result = _result(report)
        earlier = found.get(report.nodeid)
        if earlier is None or result != "passed":
            notes = [str(value) for name, value in report.user_properties if name == "note"]
            what = report.nodeid.partition("::")[2].removeprefix("test_").replace("_", " ")
            found[report.nodeid] = (
                str(properties[_KEY]),
                str(properties["python"]),
                what,
                "; ".join([result, *notes]),
            )
    return sorted(found.values())


def _result(report: pytest.TestReport) -> str:
    if not report.skipped:
        return "passed" if report.passed else "FAILED"
    reason = report.longrepr[2] if isinstance(report.longrepr, tuple) else str(report.longrepr)
    return "skipped: " + str(reason).removeprefix("Skipped: ")


def lines(table: list[Row]) -> Iterator[str]:
    """In columns of equal width, the last one as long as it is."""
    widths = [max(map(len, column)) for column in zip(_HEADINGS, *table, strict=True)]
    for row in (_HEADINGS, *table):
        cells = [cell.ljust(width) for cell, width in zip(row, widths, strict=True)]
        yield "  ".join(cells).rstrip()
