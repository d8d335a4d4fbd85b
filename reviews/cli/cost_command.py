"""`reviews cost`: what the environments cost in a month on AWS, or what a run has cost."""

from collections.abc import Sequence
from typing import Annotated, Any

import typer

from infra.settings import ENVIRONMENTS
from reviews.cli import cost_views, run_cost_views
from reviews.cli.answers import Answer, with_json_option
from reviews.cli.options import PastRun
from reviews.cli.output import note, notes
from reviews.client.cost.estimate import WEEK_HOURS, Assumptions
from reviews.client.environment import Environment


def _number(default: float, help_: str, most: float = 1e12) -> Any:
    return typer.Option(default, min=0, max=most, help=help_)


@with_json_option
def cost(
    run: PastRun = "",
    env: Annotated[
        str, typer.Option("--env", help="Empty: every environment; with a run, local.")
    ] = "",
    refresh: Annotated[
        bool, typer.Option("--refresh", help="Ask AWS for its prices first, and keep them.")
    ] = False,
    runs: float = _number(4, "Executions a month."),
    processing_minutes: float = _number(15, "Of each execution."),
    training_minutes: float = _number(47, "Of each execution."),  # roberta-base, c7i.8xlarge
    evaluation_minutes: float = _number(10, "Of each execution."),
    reviews: int = _number(20_000, "In the CSV of each execution."),
    requests: int = _number(100_000, "To the endpoint, a month."),
    request_ms: float = _number(100, "Of each request, if the endpoint is serverless."),
    stored_gb: float = _number(10, "In S3."),
    log_gb: float = _number(1, "Of new logs a month."),
    promotions: float = _number(4, "Models of other environments a month, if they are evaluated."),
    scoring_minutes: float = _number(60, "Of batch scoring a month, on all its instances."),
    drift_reports: float = _number(4, "About drift, a month, where requests are captured."),
    drift_minutes: float = _number(10, "Of the job of each such report."),
    office_hours: float = _number(50, "Hours a week in which the endpoint serves.", WEEK_HOURS),
) -> Answer:
    """Estimate what the environments cost in a month on AWS; or, with a run, what it has cost."""
    assumed = Assumptions(
        runs=runs,
        processing_minutes=processing_minutes,
        training_minutes=training_minutes,
        evaluation_minutes=evaluation_minutes,
        reviews=reviews,
        requests=requests,
        request_ms=request_ms,
        stored_gb=stored_gb,
        log_gb=log_gb,
        promotions=promotions,
        scoring_minutes=scoring_minutes,
        drift_reports=drift_reports,
        drift_minutes=drift_minutes,
        office_hours=office_hours,
    )
    named = env or ("local" if run else "")
    environments = [Environment(name) for name in ([named] if named else ENVIRONMENTS)]
    if refresh:
        _refresh(environments if named else [one for one in environments if one.is_on_aws])
    return _of_run(environments[0], run) if run else _of_months(environments, assumed)


def _refresh(environments: Sequence[Environment]) -> None:
    """Asks AWS once for the prices of each region."""
    for environment in {one.settings.region: one for one in environments}.values():
        with notes.status(f"Asking AWS for its prices in {environment.settings.region}"):
            found = environment.refresh_prices()
        note(f"{found.prices} prices of AWS in {found.region}, kept in {found.file}")


def _of_months(environments: Sequence[Environment], assumed: Assumptions) -> Answer:
    estimates = [environment.estimate(assumed) for environment in environments]
    return Answer(
        document=[cost_views.document(made, assumed) for made in estimates],
        show=lambda console: cost_views.months(console, assumed, estimates),
    )


def _of_run(environment: Environment, name: str) -> Answer:
    found = environment.runs.cost(environment.runs.named(name))
    return Answer(
        document=run_cost_views.document(found),
        show=lambda console: run_cost_views.show(console, found),
    )
