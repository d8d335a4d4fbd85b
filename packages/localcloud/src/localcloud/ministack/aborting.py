"""Aborts tasks whose execution was stopped, or beside whose branch another one has failed.

ministack lets every branch of a Parallel or Map state run to its end. A distributed map tolerates
failures. What a task that is still under way reports is no event of an execution that has ended.
"""

import threading
from collections.abc import Callable
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any

from localcloud.ministack.modules import Ministack
from localcloud.ministack.patch import Patch, names

Execution = dict[str, Any]
Run = Callable[..., Any]
CURRENT: ContextVar[Execution] = ContextVar("execution")  # of this thread


class Aborted(Exception):
    """The result of a task is no longer needed."""


@dataclass
class _Group:
    """The branches of one attempt of a state, with the first error that none of them caught."""

    is_tolerant: bool
    error: Exception | None = None

    def fail(self, error: Exception) -> None:
        if not self.is_tolerant:
            self.error = self.error or error


_GROUPS: ContextVar[tuple[_Group, ...]] = ContextVar("groups of branches", default=())


def is_running(execution: Execution) -> bool:
    return bool(execution["status"] == "RUNNING")


def current_execution() -> Execution | None:
    """The execution of this thread; None in TestState."""
    return CURRENT.get(None)


def is_stopped() -> bool:
    execution = current_execution()
    return execution is not None and not is_running(execution)


def is_aborted() -> bool:
    return is_stopped() or any(group.error for group in _GROUPS.get())


def record_first_error(_ministack: Ministack, run: Run) -> Run:
    def run_branch(*arguments: Any) -> Any:
        try:
            return run(*arguments)
        except Exception as error:
            (*_, group) = _GROUPS.get()
            group.fail(error)
            raise

    return run_branch


def abort_branches_together(ministack: Ministack, run: Run) -> Run:
    states = ministack.states

    def run_group(state: dict[str, Any], *rest: Any) -> Any:
        processor = state.get("ItemProcessor", {}).get("ProcessorConfig", {})
        group = _Group(is_tolerant=processor.get("Mode") == "DISTRIBUTED")
        token = _GROUPS.set((*_GROUPS.get(), group))
        try:
            return run(state, *rest)
        except Exception:
            if isinstance(group.error, states._ExecutionError | Aborted):
                raise group.error from None
            raise
        finally:
            _GROUPS.reset(token)

    return run_group


def keep_the_end_last(_ministack: Ministack, add_event: Run) -> Run:
    """Nothing is added behind the end of an execution but a redrive; see `redrives`."""
    adding = threading.Lock()  # StopExecution has a thread of its own

    def add(execution: Execution, kind: str, *details: Any) -> Any:
        with adding:
            events = execution["events"]
            if events and events[-1]["type"] in _ENDS and kind != "ExecutionRedriven":
                return events[-1]
            return add_event(execution, kind, *details)

    return add


_ENDS = ("ExecutionSucceeded", "ExecutionFailed", "ExecutionAborted", "ExecutionTimedOut")
_TOGETHER = "Step Functions: branches of Parallel and Map continue when one of them has failed"
_JOBS = "ministack/stepfunctions/test_sagemaker_tasks.py"
PATCHES = (
    Patch(
        target="services.stepfunctions:_add_event",
        make=keep_the_end_last,
        why="the end of an execution is the last event of its history",
        upstream="Step Functions: a task that is under way adds events after the execution's end",
        test=f"{_JOBS}::test_a_job_that_is_submitted_after_the_end_is_no_event_of_the_execution",
    ),
    Patch(
        target="services.stepfunctions:_run_sub_machine",
        make=record_first_error,
        why="the branches of one state know that one of them has failed",
        upstream=_TOGETHER,
        test=f"{_JOBS}::test_a_branch_that_fails_stops_the_jobs_of_the_others",
    ),
    *(
        Patch(
            target=f"services.stepfunctions:{function}",
            make=abort_branches_together,
            why="a branch that fails aborts the others, and its error is that of the state",
            upstream=_TOGETHER,
            test=f"{_JOBS}::test_a_branch_that_fails_stops_the_jobs_of_the_others",
            uses=names("services.stepfunctions", "_ExecutionError"),
        )
        for function in ("_run_parallel_branches", "_run_map_items")
    ),
)
