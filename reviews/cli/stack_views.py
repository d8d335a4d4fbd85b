"""Shows what an environment consists of, before it is destroyed."""

from rich.console import Console

from reviews.cli import tables
from reviews.client.aws.inventory import Inventory


def inventory(console: Console, found: Inventory, *, keep: bool) -> None:
    table = tables.of_texts("stack", "status", "resources", numbers=["resources"])
    for stack in found.stacks:
        tables.add(table, stack.name, stack.status, stack.resources)
    console.print(table)
    buckets = [bucket for stack in found.stacks for bucket in stack.buckets]
    if buckets:
        text = "\n  ".join(["Buckets, with all that is in them:", *buckets])
        console.print(text, markup=False, highlight=False, soft_wrap=True)
    also = [found.endpoint] if found.endpoint else []
    also += [f"{found.model_versions} registered models"] if found.model_versions else []
    if also:
        console.print(f"Also, made by runs: {', '.join(also)}", highlight=False)
    if keep:
        console.print(
            "What holds data remains: buckets, key, features, registered models.",
            highlight=False,
        )
    protected = ", ".join(stack.name for stack in found.stacks if stack.protected)
    if protected:
        console.print(
            f"Not deleted, since termination protection is on: {protected}", highlight=False
        )
