"""The state machine's functions, loaded as Lambda loads them, for a whole module of tests."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import ModuleType

import pytest

from tests.lambdas.conftest import load

Load = Callable[..., ModuleType]


@contextmanager
def functions() -> Iterator[Load]:
    with pytest.MonkeyPatch.context() as patch:
        yield load.__wrapped__(patch)
