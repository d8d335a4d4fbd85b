"""A drift report as one self-contained HTML page."""

from collections.abc import Mapping, Sequence
from html import escape
from typing import Any

from common.html_report import document, note, section, table
from common.reliability_bins import bin_marks, bin_table
from common.svg_charts import paired_bars, reliability_diagram
from contract.drift import Bin, Finding, Report, Verdict

_RESULTS = {
    Verdict.DRIFT.value: "The requests or the answers have moved.",
    Verdict.NO_DRIFT.value: "Nothing has moved that matters.",
    Verdict.TOO_FEW_REQUESTS.value: "There are too few requests to tell.",
}


def render(report: Report) -> str:
    """The page of what report.json holds."""
    parts = [
        _summary(report),
        _overview(report),
        *(_distribution(finding) for finding in report.findings if finding.bins),
        _ratings(report),
        _unread(report),
    ]
    return document("Drift", parts)


def _summary(report: Report) -> str:
    moved = "".join(f"<li>{escape(finding.sentence)}</li>" for finding in report.drifted)
    return (
        f"<p><b>{_RESULTS[report.verdict]}</b></p>"
        f"{f'<ul>{moved}</ul>' if moved else ''}"
        f"<p>Endpoint {escape(report.endpoint)}, from {escape(report.start)} to "
        f"{escape(report.end)}: {report.requests:,} captured requests with {report.texts:,} texts, "
        f"compared with the test reviews of {escape(report.run)}, whose model has answered. Fewer "
        f"than {report.least_requests:,} requests are not compared.</p>"
    )


def _overview(report: Report) -> str:
    if not report.findings:
        return ""
    rows = [
        (finding.title, _size(finding), f"{finding.least_shift:g}", _probability(finding.p_value),
         f"{finding.texts:,}", "moved" if finding.drifted else "")
        for finding in report.findings
    ]  # fmt: skip
    head = ["quantity", "shift", "that matters", "probability by chance", "texts", "result"]
    return section(
        "All quantities",
        note(
            "A quantity has moved if the shift matters and its probability by chance, corrected "
            f"for all quantities, is below {report.significance:g}. Of bins the shift is the share "
            "of texts that fall elsewhere; of the others it is the difference."
        ),
        table(head, rows),
    )


def _size(finding: Finding) -> str:
    if finding.baseline is None or finding.period is None:
        return f"{finding.shift:.3f}"
    return f"{finding.shift:+.3f} ({finding.baseline:.3f} to {finding.period:.3f})"


def _probability(p_value: float) -> str:
    return f"{p_value:.1g}" if p_value >= 1e-10 else "below 1e-10"


def _distribution(finding: Finding) -> str:
    bins: Sequence[Bin] = finding.bins
    rows = [(one.name, f"{one.baseline:.1%}", f"{one.period:.1%}") for one in bins]
    return section(
        finding.title,
        note(finding.sentence),
        paired_bars(
            f"{finding.title}: shares of the texts",
            [(one.name, one.baseline, one.period) for one in bins],
            names=("baseline", "period"),
        ),
        table(["bin", "baseline", "period"], rows),
    )


def _ratings(report: Report) -> str:
    title = "Ratings"
    if not report.ratings:
        return section(title, note("No ratings have been uploaded: reviews feedback FILE."))
    counted = note(
        f"{report.ratings:,} ratings were uploaded, of which {report.rated:,} belong to a captured "
        "prediction of this model."
    )
    if not report.reliability:
        return section(title, counted)
    return section(title, counted, *_reliability(report.reliability))


def _reliability(found: Mapping[str, Any]) -> list[str]:
    return [
        note(
            f"Expected calibration error {found['expected_calibration_error']:.3f}. On the dashed "
            "line the accuracy of texts is their mean confidence."
        ),
        reliability_diagram(bin_marks(found["bins"], "texts"), before=()),
        bin_table(found["bins"], "texts"),
    ]


def _unread(report: Report) -> str:
    if not report.unread:
        return ""
    rows = sorted(report.unread.items())
    return section("Captured requests that were left out", table(["reason", "requests"], rows))
