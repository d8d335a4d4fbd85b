"""`reviews cost`: what the environments cost in a month on AWS."""

from dataclasses import asdict
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.table import Table

from infra.settings import ENVIRONMENTS
from reviews.cli.output import Answer, with_json_option
from reviews.client.cost.estimate import WEEK_HOURS, Assumptions, Estimate, Item
from reviews.client.cost.prices import FILE, REGION
from reviews.client.environment import Environment

_UNKNOWN = "unknown"


def _number(default: float, help_: str, most: float | None = None) -> Any:
    return typer.Option(default, min=0, max=most, help=help_)


@with_json_option
def cost(
    env: Annotated[str, typer.Option("--env", help="Empty: every environment.")] = "",
    runs: float = _number(4, "Executions a month."),
    processing_minutes: float = _number(15, "Of each execution."),
    training_minutes: float = _number(47, "Of each execution."),  # roberta-base, c7i.8xlarge
    evaluation_minutes: float = _number(10, "Of each execution."),
    reviews: int = _number(20_000, "In the CSV of each execution."),
    requests: int = _number(100_000, "To the endpoint, a month."),
    stored_gb: float = _number(10, "In S3."),
    log_gb: float = _number(1, "Of new logs a month."),
    promotions: float = _number(4, "Models of other environments a month, if they are evaluated."),
    scoring_minutes: float = _number(60, "Of batch scoring a month, on all its instances."),
    drift_reports: float = _number(4, "About drift, a month, where requests are captured."),
    drift_minutes: float = _number(10, "Of the job of each such report."),
    office_hours: float = _number(50, "Hours a week in which the endpoint serves.", WEEK_HOURS),
) -> Answer:
    """Estimate what the environments cost in a month on AWS."""
    assumed = Assumptions(
        runs=runs,
        processing_minutes=processing_minutes,
        training_minutes=training_minutes,
        evaluation_minutes=evaluation_minutes,
        reviews=reviews,
        requests=requests,
        stored_gb=stored_gb,
        log_gb=log_gb,
        promotions=promotions,
        scoring_minutes=scoring_minutes,
        drift_reports=drift_reports,
        drift_minutes=drift_minutes,
        office_hours=office_hours,
    )
    chosen = [env] if env else ENVIRONMENTS
    estimates = [Environment(name).estimate(assumed) for name in chosen]
    return Answer(
        document=[_document(made, assumed) for made in estimates],
        show=lambda console: _show(console, assumed, estimates),
    )


def _show(console: Console, assumed: Assumptions, estimates: list[Estimate]) -> None:
    for made in estimates:
        _print(console, made, assumed)
    _print_assumptions(console, assumed, estimates)


def _print(console: Console, made: Estimate, assumed: Assumptions) -> None:
    console.print(f"[bold]{made.environment}[/], a month in {REGION}", highlight=False)
    table = Table("item", box=None, pad_edge=False)
    table.add_column("quantity", justify="right")
    table.add_column("unit")
    for heading in ("USD a unit", "USD"):
        table.add_column(heading, justify="right")
    for item in made.items:
        table.add_row(item.name, _plain(item.quantity), item.price.unit, *_money(item))
    table.add_row("[bold]Total of what is known[/]", "", "", "", f"[bold]{made.usd:,.2f}[/]")
    console.print(table)
    console.print(
        f"With the endpoint stopped outside {assumed.office_hours:g} of {WEEK_HOURS} hours a week: "
        f"[bold]{made.office_usd:,.2f}[/], of which the endpoint {made.office_endpoint_usd:,.2f}\n",
        highlight=False,
        soft_wrap=True,
    )


def _plain(number: float) -> str:
    return f"{number:,.2f}".rstrip("0").rstrip(".")


def _money(item: Item) -> tuple[str, str]:
    if item.price.usd is None or item.usd is None:
        return _UNKNOWN, _UNKNOWN
    return f"{item.price.usd:g}", f"{item.usd:,.2f}"


def _print_assumptions(console: Console, assumed: Assumptions, estimates: list[Estimate]) -> None:
    read = sorted(item.price.read for made in estimates for item in made.items if item.price.read)
    console.print(
        f"Assumed: {assumed.runs:g} executions a month on {assumed.reviews:,} reviews, of "
        f"{assumed.processing_minutes:g} + {assumed.training_minutes:g} + "
        f"{assumed.evaluation_minutes:g} minutes (processing, training, evaluation); "
        f"{assumed.requests:,} requests; {assumed.scoring_minutes:g} minutes of batch scoring; "
        f"{assumed.drift_reports:g} drift reports of {assumed.drift_minutes:g} minutes; "
        f"{assumed.stored_gb:g} GB in S3, {assumed.log_gb:g} GB of "
        "logs. Options change each. Of endpoint instances, the fewest that scaling keeps.\n"
        "Not counted: free tiers, taxes, volumes, Lambda, Athena, SNS, requests to S3 and KMS, "
        f"and what is {_UNKNOWN}. In the embedded AWS all of it is free.\n"
        f"Prices: read between {read[0]} and {read[-1]}; {FILE} has the sources.",
        highlight=False,
        soft_wrap=True,
    )


def _document(made: Estimate, assumed: Assumptions) -> dict[str, Any]:
    return {
        "environment": made.environment,
        "region": REGION,
        "items": [
            {
                "item": item.name,
                "quantity": item.quantity,
                "unit": item.price.unit,
                "unit_usd": item.price.usd,
                "usd": item.usd,
                "source": item.price.source,
                "read": item.price.read,
            }
            for item in made.items
        ],
        "usd": made.usd,
        "office_usd": made.office_usd,
        "assumed": asdict(assumed),
    }
