"""Tables of what a month costs."""

from dataclasses import asdict
from typing import Any

from rich.console import Console
from rich.table import Table

from reviews.client.cost.estimate import WEEK_HOURS, Assumptions, Estimate, Item
from reviews.client.cost.price_list import SOURCE
from reviews.client.cost.prices import Price

UNKNOWN = "unknown"


class Sources:
    """The sources of the prices that are shown, with their numbers in the tables."""

    def __init__(self) -> None:
        self._numbers: dict[tuple[str, str], int] = {}

    def number(self, price: Price) -> str:
        """Empty for a price that is not known. The products of AWS's answers have one source."""
        if price.usd is None:
            return ""
        source = SOURCE if price.source.startswith(SOURCE) else price.source
        number = self._numbers.setdefault((source, price.read), len(self._numbers) + 1)
        return f"[{number}]"

    def show(self, console: Console) -> None:
        """Prints the sources, each with its number and date."""
        for (source, read), number in self._numbers.items():
            text = f"[{number}] {read}, {source}"
            console.print(text, markup=False, highlight=False, soft_wrap=True)


def months(console: Console, assumed: Assumptions, estimates: list[Estimate]) -> None:
    sources = Sources()
    for made in estimates:
        _month(console, made, assumed, sources)
    _assumptions(console, assumed)
    sources.show(console)


def _month(console: Console, made: Estimate, assumed: Assumptions, sources: Sources) -> None:
    console.print(f"[bold]{made.environment}[/], a month in {made.region}", highlight=False)
    table = Table("item", box=None, pad_edge=False)
    table.add_column("quantity", justify="right")
    table.add_column("unit")
    for heading in ("USD a unit", "USD"):
        table.add_column(heading, justify="right")
    table.add_column("price")
    for item in made.items:
        number = sources.number(item.price).replace("[", "\\[")
        table.add_row(item.name, plain(item.quantity), item.price.unit, *_money(item), number)
    table.add_row("[bold]Total of what is known[/]", "", "", "", f"[bold]{made.usd:,.2f}[/]", "")
    console.print(table)
    console.print(
        f"With the endpoint stopped outside {assumed.office_hours:g} of {WEEK_HOURS} hours a week: "
        f"[bold]{made.office_usd:,.2f}[/], of which the endpoint {made.office_endpoint_usd:,.2f}",
        highlight=False,
        soft_wrap=True,
    )
    console.print(f"{_budget(made)}\n", highlight=False, soft_wrap=True)


def _budget(made: Estimate) -> str:
    if not made.budget_usd:
        return "Budget: none (budget.monthly_usd)"
    share = f"Budget: {made.budget_usd:,.2f}, of which this is {made.usd / made.budget_usd:.0%}"
    if made.has_budget:
        return share
    return f"{share}; there is none before an address is in notify or budget.emails"


def plain(number: float) -> str:
    return f"{number:,.2f}".rstrip("0").rstrip(".")


def _money(item: Item) -> tuple[str, str]:
    if item.price.usd is None or item.usd is None:
        return UNKNOWN, UNKNOWN
    return f"{item.price.usd:g}", f"{item.usd:,.2f}"


def _assumptions(console: Console, assumed: Assumptions) -> None:
    console.print(
        f"Assumed: {assumed.runs:g} executions a month on {assumed.reviews:,} reviews, of "
        f"{assumed.processing_minutes:g} + {assumed.training_minutes:g} + "
        f"{assumed.evaluation_minutes:g} minutes (processing, training, evaluation); "
        f"{assumed.requests:,} requests; {assumed.scoring_minutes:g} minutes of batch scoring; "
        f"{assumed.drift_reports:g} drift reports of {assumed.drift_minutes:g} minutes; "
        f"{assumed.stored_gb:g} GB in S3, {assumed.log_gb:g} GB of "
        "logs. Options change each. Of endpoint instances, the fewest that scaling keeps.\n"
        "Not counted: free tiers, taxes, volumes, Lambda, Athena, SNS, requests to S3 and KMS, "
        f"and what is {UNKNOWN}. In the embedded AWS all of it is free.\n"
        "Prices, by date and source; `reviews cost --refresh` asks AWS for those of today:",
        highlight=False,
        soft_wrap=True,
    )


def document(made: Estimate, assumed: Assumptions) -> dict[str, Any]:
    return {
        "environment": made.environment,
        "region": made.region,
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
        "budget_usd": made.budget_usd if made.has_budget else None,
        "assumed": asdict(assumed),
    }
