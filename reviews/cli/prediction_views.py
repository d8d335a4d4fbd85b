"""What `reviews predict` prints."""

from collections.abc import Sequence

from rich.console import Console

from reviews.cli import tables
from reviews.client.endpoint.invocation import Prediction


def predictions(console: Console, answers: Sequence[Prediction]) -> None:
    table = tables.of_texts("text", "label", "probability", numbers=["probability"])
    for answer in answers:
        tables.add(table, answer.text, answer.label, f"{answer.probability:.3f}")
    console.print(table)
