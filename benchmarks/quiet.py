"""Whether this machine has time for a measurement."""

import os

import psutil

_SECONDS = 5.0
_MAX_CORES = 0.15  # of all of them together; an idle system takes about 0.02


def require_quiet_machine(seconds: float = _SECONDS) -> None:
    """Raises SystemExit, which says how busy other programs keep the processors.

    This process waits meanwhile. Time that a virtual machine's host gave to others counts, too.
    """
    before = psutil.cpu_times()
    psutil.cpu_percent(interval=None)
    busy = psutil.cpu_percent(interval=seconds) / 100
    stolen = getattr(psutil.cpu_times(), "steal", 0.0) - getattr(before, "steal", 0.0)
    cores = os.cpu_count() or 1
    used = max(busy * cores, stolen / seconds)
    if used > _MAX_CORES:
        raise SystemExit(
            f"The machine is too busy to measure on: other programs took {used:.2f} of {cores} "
            f"cores for {seconds:.0f} seconds, and {_MAX_CORES} are allowed. Nothing is published. "
            "`top` lists them: end them, or wait, and start again."
        )
