"""`reviews doctor`: what is missing, and the command that corrects it."""

from collections.abc import Sequence
from dataclasses import asdict

from rich.console import Console

from reviews.cli import checks
from reviews.cli.answers import Answer, with_json_option
from reviews.cli.options import Env
from reviews.cli.output import notes
from reviews.client.checks.findings import Finding, Verdict
from reviews.client.environment import Environment

_MARKS = {
    Verdict.FINE: "[green]✓[/]",
    Verdict.MISSING: "[red]✗[/]",
    Verdict.WARNING: "[yellow]![/]",
    Verdict.UNKNOWN: "[yellow]?[/]",
}


@with_json_option
def doctor(env: Env = "local") -> Answer:
    """Show what is missing for a run, with the command that corrects it; exit code 1 if anything is
    missing."""
    environment = Environment(env)
    with notes.status("Checking"):
        findings = list(checks.examine(environment))
    is_fine = all(finding.verdict is not Verdict.MISSING for finding in findings)
    return Answer(
        document={"environment": env, "fine": is_fine, "findings": [*map(asdict, findings)]},
        show=lambda console: _show(console, findings),
        exit_code=0 if is_fine else 1,
    )


def _show(console: Console, findings: Sequence[Finding]) -> None:
    for finding in findings:
        console.print(_MARKS[finding.verdict], end=" ", highlight=False)
        console.print(finding.text, markup=False, highlight=False, soft_wrap=True)
        if finding.fix:
            fix = f"    {finding.fix}"
            console.print(fix, style="bold", markup=False, highlight=False, soft_wrap=True)
