import os
import signal

import pytest

from preparing.worker_pool import WorkerPool
from reading.errors import UserError


def test_a_worker_that_is_killed_is_told_with_a_remedy() -> None:
    with WorkerPool(2) as workers, pytest.raises(UserError, match="lack of memory"):
        list(workers.map(_kill, range(4)))


def _kill(_: int) -> None:
    os.kill(os.getpid(), signal.SIGKILL)
