"""What `reviews drift` prints of a report."""

from rich.console import Console
from rich.table import Table

from contract.drift import Finding, Report, Verdict
from reviews.cli import tables

_RESULTS = {
    Verdict.DRIFT.value: "[bold yellow]Drift[/]: what the endpoint is asked, or answers, has moved",
    Verdict.NO_DRIFT.value: "[bold green]No drift[/]: nothing has moved that matters",
    Verdict.TOO_FEW_REQUESTS.value: "[bold]Too few requests[/] to tell",
}


def show(console: Console, name: str, report: Report) -> None:
    console.print(_RESULTS[report.verdict], highlight=False)
    console.print(
        f"Report {name}: {report.requests:,} requests with {report.texts:,} texts from "
        f"{report.start[:16]} to {report.end[:16]} (UTC), of the model of {report.run}",
        highlight=False,
        soft_wrap=True,
    )
    if not report.findings:
        console.print(f"At least {report.least_requests:,} requests are compared.")
        return
    for finding in report.drifted:
        console.print(f"  {finding.sentence}", markup=False, highlight=False, soft_wrap=True)
    console.print(_table(report))


def _table(report: Report) -> Table:
    numbers = ("shift", "that matters", "by chance", "texts")
    table = tables.of_texts("quantity", *numbers, "", numbers=numbers)
    for finding in report.findings:
        tables.add(table, *_row(finding))
    return table


def _row(finding: Finding) -> tuple[str, ...]:
    return (
        finding.title,
        f"{finding.shift:.3f}",
        f"{finding.least_shift:g}",
        f"{finding.p_value:.1g}",
        f"{finding.texts:,}",
        "moved" if finding.drifted else "",
    )
