import io
from collections.abc import Callable
from typing import Any

from rich.console import Console

from reviews.cli import feature_views, prediction_views, tables
from reviews.client.endpoint.invocation import Prediction
from reviews.client.features.queries import Table


def printed(width: int, show: Callable[..., None], *arguments: Any) -> str:
    out = io.StringIO()
    show(Console(file=out, width=width), *arguments)
    return out.getvalue()


def test_a_review_with_brackets_is_printed_unchanged():
    text = "It [b]shrank[/b] [red], and [/] that was it."
    answer = Prediction(
        text=text, label="negative", sentiment=-1, probability=0.9, probabilities={"negative": 0.9}
    )
    assert text in printed(100, prediction_views.predictions, [answer])
    assert f"{text}\n" in printed(100, feature_views.rows, Table(columns=["[a]"], rows=[[text]]))


def test_a_narrow_window_breaks_long_values_and_cuts_nothing_off():
    table = tables.of_texts("run", "model", "accuracy", numbers=["accuracy"], whole=["run"])
    tables.add(table, "run-20261124-221248", "all-MiniLM-L6-v2", 0.8095)
    shown = printed(42, lambda console: console.print(table))
    assert "…" not in shown
    columns = [line.split() for line in shown.splitlines()]
    assert columns[1][0] == "run-20261124-221248"
    assert "0.8095" in columns[1]
    assert "".join(words[1] if words[1:] else words[0] for words in columns[1:]) == (
        "all-MiniLM-L6-v2"
    )
