"""Faults of functions: an invocation is killed, or times out."""

import contextlib
import json
import threading
import time
from collections.abc import Callable, Iterator
from typing import Any

from localcloud.faults.fault import Fault
from localcloud.ministack.modules import Ministack
from localcloud.ministack.patch import Patch, names

KILLED = "Runtime exited with error: signal: killed"
_RUNTIMES = ("python", "nodejs")  # that run in workers of ministack
Result = dict[str, Any]
Invoke = Callable[..., Result]


def inject_into_functions(ministack: Ministack, invoke: Invoke) -> Invoke:
    faults = ministack.faults

    def inject_or_invoke(worker: Any, event: Any, *request: Any, **options: Any) -> Result:
        text = json.dumps(event) if faults.any else ""
        fault = faults.trigger(("kill", "timeout"), f"lambda:{worker.func_name}", text)

        def run() -> Result:
            result: Result = invoke(worker, event, *request, **options)
            return result

        if fault is None:
            return run()
        ministack.runtime.ensure_spawned(worker)
        return _end_process(fault, worker, run)

    return inject_or_invoke


def _end_process(fault: Fault, worker: Any, run: Callable[[], Result]) -> Result:
    """The function works, until it is killed at the latest; its response is lost."""
    process, limit = worker._proc, float(worker.config["Timeout"])
    began = time.monotonic()
    with _killing(process, fault.seconds):
        result = run()
    message = KILLED
    if fault.kind == "timeout":
        time.sleep(max(0.0, began + limit - time.monotonic()))
        message = f"Task timed out after {limit:.2f} seconds"
    process.kill()
    process.wait()
    return {"status": "error", "error": message, "log": result.get("log", "")}


@contextlib.contextmanager
def _killing(process: Any, seconds: float | None) -> Iterator[None]:
    """Kills the process after so many seconds, if it still works then; never for None."""
    if seconds is None:
        yield
        return
    timer = threading.Timer(seconds, process.kill)
    timer.start()
    try:
        yield
    finally:
        timer.cancel()


def can_be_hit(function: Result) -> bool:
    return str(function["config"].get("Runtime", "")).startswith(_RUNTIMES)


PATCHES = (
    Patch(
        target="core.lambda_runtime:Worker.invoke",
        make=inject_into_functions,
        why="a fault that is set kills an invocation, or lets it time out",
        upstream="Faults on demand: functions that are killed or time out",
        test="ministack/faults/test_functions.py::test_a_function_takes_too_long",
        uses=names("core.lambda_runtime", "ensure_spawned"),
    ),
)
