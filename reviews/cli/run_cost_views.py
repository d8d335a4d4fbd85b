"""The table of what a run has cost."""

from dataclasses import asdict
from typing import Any

from rich.console import Console

from reviews.cli import tables
from reviews.cli.cost_views import UNKNOWN, Sources
from reviews.cli.output import message
from reviews.cli.progress import clock
from reviews.client.cost.run_costs import ENDPOINT, Cost, RunCost

_NUMBERS = ("billed", "ran", "USD")


def show(console: Console, found: RunCost) -> None:
    if not found.costs:
        message(f"{found.run} has started nothing that is billed.")(console)
        return
    sources = Sources()
    headings = ("part", "name", "instances", "billed", "ran", "USD", "price")
    table = tables.of_texts(*headings, numbers=_NUMBERS, whole=("part", "name"))
    for cost in found.costs:
        number = sources.number(cost.price) if cost.price and not found.is_free else ""
        name = f"{cost.name} (running)" if _goes_on(cost) else cost.name
        instances = f"{cost.instances} x {cost.instance_type}"
        times = clock(cost.seconds), clock(cost.lasted)
        usd = "free" if found.is_free else _money(cost.usd)
        tables.add(table, cost.what, name, instances, *times, usd, number)
    console.print(table)
    for line in _notes(found):
        message(line)(console)
    sources.show(console)


def _goes_on(cost: Cost) -> bool:
    return cost.is_running and cost.what != ENDPOINT


def _notes(found: RunCost) -> list[str]:
    lines = [f"{found.run} in all: {'free' if found.is_free else 'USD ' + _money(found.usd)}"]
    saved = sum((cost.lasted - cost.seconds) * cost.instances for cost in found.costs)
    if saved > 0:
        lines.append(f"Spot instances: {clock(saved)} of instances that ran are not billed.")
    if any(cost.what == ENDPOINT for cost in found.costs):
        lines.append(
            "The endpoint since it was deployed or started, with as many instances as it has now."
        )
    lines.append("Not counted: volumes, storage, requests, logs, free tiers, taxes.")
    return lines


def _money(usd: float | None) -> str:
    return UNKNOWN if usd is None else f"{usd:,.4f}" if usd < 1 else f"{usd:,.2f}"


def document(found: RunCost) -> dict[str, Any]:
    return {
        "run": found.run,
        "region": found.region,
        "usd": 0.0 if found.is_free else found.usd,
        "free": found.is_free,
        "costs": [
            {**asdict(cost), "usd": 0.0 if found.is_free else cost.usd} for cost in found.costs
        ],
    }
