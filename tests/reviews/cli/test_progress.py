import io
from datetime import UTC, datetime, timedelta

import pytest
from rich.console import Console

from contract.steps import Step
from reviews.cli.progress import BarView, PlainView, clock, watch
from reviews.client.runs.execution import Execution
from reviews.client.runs.job_logs import LiveValues
from reviews.client.runs.progress import StepView, Watcher
from reviews.client.runs.steps import State, StepProgress

NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)


def training(state: State, fraction: float | None = None, **values: str) -> StepView:
    began = None if state is State.WAITING else NOON
    step = StepProgress(step=Step.TRAIN, state=state, began=began)
    return StepView(step=step, live=LiveValues(fraction=fraction, values=dict(values)))


def plain() -> tuple[PlainView, io.StringIO]:
    out = io.StringIO()
    return PlainView(Console(file=out, width=200)), out


def test_plain_output_has_a_line_for_every_change() -> None:
    view, out = plain()
    view.show([training(State.WAITING)], NOON)
    view.show([training(State.RUNNING, 0.5, epoch="1")], NOON + timedelta(seconds=61))
    view.show([training(State.DONE)], NOON + timedelta(seconds=62))
    assert out.getvalue().splitlines() == ["Train: running 50% 1:01 epoch=1", "Train: done 1:02"]


def test_plain_output_repeats_a_running_step_every_15_seconds() -> None:
    view, out = plain()
    for second in range(46):
        view.show([training(State.RUNNING)], NOON + timedelta(seconds=second))
    assert len(out.getvalue().splitlines()) == 4


def test_bars_show_title_time_and_the_newest_values() -> None:
    out = io.StringIO()
    with BarView(Console(file=out, width=120, force_terminal=True)) as view:
        view.show(
            [training(State.RUNNING, 0.5, epoch="1", secret="x")], NOON + timedelta(seconds=9)
        )
    assert "Train" in out.getvalue()
    assert "0:09" in out.getvalue()
    assert "epoch=1" in out.getvalue()
    assert "secret" not in out.getvalue()


@pytest.mark.parametrize(("seconds", "text"), [(0, "0:00"), (59.9, "0:59"), (600, "10:00")])
def test_clock_shows_minutes_and_seconds(seconds: float, text: str) -> None:
    assert clock(seconds) == text


class FakeWatcher(Watcher):
    """An execution that has finished at the third look."""

    def __init__(self) -> None:
        self.polls = 0

    def poll(self) -> tuple[Execution, list[StepView]]:
        self.polls += 1
        status = "RUNNING" if self.polls < 3 else "SUCCEEDED"
        found = Execution(
            arn="a", name="n", status=status, started=NOON, output={}, error="", cause=""
        )
        return found, [training(State.RUNNING if status == "RUNNING" else State.DONE)]


def test_watching_ends_with_the_execution() -> None:
    view, out = plain()
    sleeps: list[float] = []
    ended = watch(FakeWatcher(), view, sleep=sleeps.append, now=lambda: NOON)
    assert ended.status == "SUCCEEDED"
    assert len(sleeps) == 2
    assert out.getvalue().splitlines()[-1] == "Train: done 0:00"
