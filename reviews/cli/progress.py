"""Shows an execution while it runs: one bar per step on a terminal, plain lines elsewhere."""

import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Protocol

from rich.console import Console, Group
from rich.live import Live
from rich.progress import BarColumn, Progress, TaskID, TextColumn
from rich.table import Column
from rich.text import Text

from reviews.client.runs.execution import Execution
from reviews.client.runs.progress import StepView
from reviews.client.runs.steps import State

_POLL_SECONDS = 1.0
_PLAIN_INTERVAL = timedelta(seconds=15)  # between two lines of a running step in plain output
_MARKS = {
    State.WAITING: "·",
    State.RUNNING: "▸",
    State.DONE: "✓",
    State.REUSED: "↺",
    State.FAILED: "✗",
}
_COLOURS = {
    State.WAITING: "dim",
    State.RUNNING: "cyan",
    State.DONE: "green",
    State.REUSED: "green",
    State.FAILED: "red",
}


class Poller(Protocol):
    """Polls an execution."""

    def poll(self) -> tuple[Execution, list[StepView]]: ...


class View(Protocol):
    """Draws the steps; called at every poll, and once more at the end."""

    def __enter__(self) -> "View": ...
    def __exit__(self, *_: object) -> None: ...
    def show(self, steps: list[StepView], now: datetime) -> None: ...


class BarView:
    """One bar per step, with the time taken and the job's newest values; below, the end of the
    log."""

    def __init__(self, console: Console) -> None:
        self._progress = Progress(
            TextColumn("{task.fields[mark]} {task.description}", table_column=Column(no_wrap=True)),
            BarColumn(bar_width=24),
            TextColumn("{task.fields[clock]}", justify="right"),
            TextColumn("[dim]{task.fields[text]}", table_column=Column(ratio=1, no_wrap=True)),
            console=console,
            expand=True,
        )
        self._tasks: list[TaskID] = []
        self._tail: Sequence[str] = ()
        self._live = Live(console=console, get_renderable=self._render)

    def __enter__(self) -> "BarView":
        self._live.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._live.stop()

    def _render(self) -> Group:
        text = Text("\n".join(self._tail), style="dim", no_wrap=True, overflow="ellipsis")
        return Group(self._progress, text) if self._tail else Group(self._progress)

    def show(self, steps: list[StepView], now: datetime) -> None:
        for index, view in enumerate(steps):
            if index == len(self._tasks):
                task = self._progress.add_task("", total=None, mark="", clock="", text="")
                self._tasks.append(task)
            self._update(self._tasks[index], view, now)
        # The end of the log of a job that failed stays, since it has the reason.
        tails = (v.tail for v in steps if v.step.state in (State.RUNNING, State.FAILED))
        self._tail = next(tails, ())

    def _update(self, task: TaskID, view: StepView, now: datetime) -> None:
        state = view.step.state
        # Without a total the bar pulses: the step is running, and its progress is unknown.
        printed = view.live.fraction
        fixed = {
            State.DONE: 1.0,
            State.REUSED: 1.0,
            State.WAITING: 0.0,
            State.FAILED: printed or 0.0,
        }
        fraction = fixed.get(state, printed)
        self._progress.update(
            task,
            description=f"[{_COLOURS[state]}]{view.step.title}",
            mark=f"[{_COLOURS[state]}]{_MARKS[state]}",
            clock=clock(view.seconds(now)) if view.step.began else "",
            text=view.text,
            total=None if fraction is None else 1.0,
            completed=fraction or 0.0,
        )


class PlainView:
    """A line whenever a step changes and every 15 seconds while it runs, for logs and CI.

    Below a step that failed is the end of its job's log.
    """

    def __init__(self, console: Console) -> None:
        self._console = console
        self._states: dict[str, State] = {}
        self._last_printed = datetime.min.replace(tzinfo=UTC)

    def __enter__(self) -> "PlainView":
        return self

    def __exit__(self, *_: object) -> None:
        return None

    def show(self, steps: list[StepView], now: datetime) -> None:
        for view in steps:
            state = view.step.state
            changed = self._states.get(view.step.title, State.WAITING) is not state
            due = state is State.RUNNING and now - self._last_printed >= _PLAIN_INTERVAL
            if changed or due:
                self._print(view, now)
            self._states[view.step.title] = state

    def _print(self, view: StepView, now: datetime) -> None:
        step, fraction = view.step, view.live.fraction
        running = step.state is State.RUNNING
        percent = f" {fraction:.0%}" if running and fraction is not None else ""
        line = (
            f"{step.title}: {step.state}{percent} {clock(view.seconds(now))} {view.text}".rstrip()
        )
        tail = view.tail if step.state is State.FAILED else ()
        for text in [line, *(f"  {end}" for end in tail)]:
            self._console.print(text, markup=False, highlight=False, soft_wrap=True)
        self._last_printed = now


def clock(seconds: float) -> str:
    """Seconds as m:ss."""
    return f"{int(seconds) // 60}:{int(seconds) % 60:02d}"


def choose_view(console: Console) -> View:
    return BarView(console) if console.is_terminal else PlainView(console)


def watch(
    watcher: Poller,
    view: View,
    *,
    sleep: Callable[[float], None] = time.sleep,
    now: Callable[[], datetime] = lambda: datetime.now(UTC),
) -> Execution:
    """Shows the execution until it has finished; returns its last description."""
    with view:
        while True:
            found, steps = watcher.poll()
            view.show(steps, now())
            if found.finished:
                return found
            sleep(_POLL_SECONDS)
