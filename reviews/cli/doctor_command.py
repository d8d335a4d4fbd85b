"""`reviews doctor`: what is missing, and the command that mends it."""

from collections.abc import Sequence
from dataclasses import asdict

from rich.console import Console

from reviews.cli import checks
from reviews.cli.options import Env
from reviews.cli.output import Answer, answers, notes
from reviews.client.checks.findings import Finding, Verdict
from reviews.client.environment import Environment

_MARKS = {
    Verdict.FINE: "[green]✓[/]",
    Verdict.MISSING: "[red]✗[/]",
    Verdict.WARNING: "[yellow]![/]",
    Verdict.UNKNOWN: "[yellow]?[/]",
}


@answers
def doctor(env: Env = "local") -> Answer:
    """Say what is missing before a run, and the command that mends it; exits with 1 if any is."""
    environment = Environment(env)
    with notes.status("Looking"):
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
