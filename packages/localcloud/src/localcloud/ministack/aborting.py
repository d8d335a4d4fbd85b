"""When a task ends before its time: its execution was stopped, or a branch beside it has failed.

ministack lets every branch of a Parallel or Map state run to its end. A distributed map tolerates
failures.
"""

from collections.abc import Callable
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any

from localcloud.ministack.seam import require

Execution = dict[str, Any]
CURRENT: ContextVar[Execution] = ContextVar("execution")  # that this thread works for


class Aborted(Exception):
    """What a task waits for is of no use any more."""


@dataclass
class _Group:
    """The branches of one attempt of a state, with the first error that none of them caught."""

    is_tolerant: bool
    error: Exception | None = None


_GROUPS: ContextVar[tuple[_Group, ...]] = ContextVar("groups of branches", default=())


def is_running(execution: Execution) -> bool:
    return bool(execution["status"] == "RUNNING")


def current_execution() -> Execution | None:
    """None for a state that is only tested."""
    return CURRENT.get(None)


def is_stopped() -> bool:
    execution = current_execution()
    return execution is not None and not is_running(execution)


def is_aborted() -> bool:
    return is_stopped() or any(group.error for group in _GROUPS.get())


def end_branches_together(states: Any) -> None:
    require(
        states, "_ExecutionError", "_run_sub_machine", "_run_parallel_branches", "_run_map_items"
    )
    for name in ("_run_parallel_branches", "_run_map_items"):
        setattr(states, name, _grouped(states, getattr(states, name)))
    run = states._run_sub_machine

    def run_branch(*arguments: Any) -> Any:
        try:
            return run(*arguments)
        except Exception as error:
            (*_, group) = _GROUPS.get()
            if not group.is_tolerant:
                group.error = group.error or error
            raise

    states._run_sub_machine = run_branch


def _grouped(states: Any, run: Callable[..., Any]) -> Callable[..., Any]:
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
