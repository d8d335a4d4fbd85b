"""The executions of the environment's state machine, with their runs."""

from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from reviews.client.environment import Environment
from reviews.client.errors import InvalidArgument
from reviews.client.runs import execution
from reviews.client.runs.run import Run
from reviews.console.live import LiveExecution

_PAGE = 50
_CACHED = 8  # executions whose events are not read again from the first one
_CACHED_RUNS = 1000  # that have ended, and only change by a redrive
_THREADS = 8
_RUNNING = "RUNNING"

Item = dict[str, Any]  # of ListExecutions


@dataclass(frozen=True, kw_only=True)
class Listed:
    """A run with the state of the state machine in which it is, which is empty if it has ended."""

    run: Run
    state: str


class Executions:
    def __init__(self, environment: Environment) -> None:
        self._environment, self._machine = environment, environment.outputs.state_machine_arn
        self._states = environment.client("stepfunctions")
        self.named = lru_cache(_CACHED)(self._find)
        self._ended = lru_cache(_CACHED_RUNS)(self._read)

    def page(self, token: str = "") -> tuple[list[Listed], str]:
        """A page of the executions, newest first, and the token of the next page, if there is one.

        Raises InvalidArgument for a token that Step Functions refuses.
        """
        states = self._states
        more = {"nextToken": token} if token else {}
        try:
            answer = states.list_executions(stateMachineArn=self._machine, maxResults=_PAGE, **more)
        except states.exceptions.InvalidToken as error:
            raise InvalidArgument(f"after={token}: {error}") from error
        with ThreadPoolExecutor(_THREADS) as pool:
            listed = list(pool.map(self._listed, answer["executions"]))
        return listed, answer.get("nextToken", "")

    def run(self, name: str) -> Run:
        """The run of an execution, with its results. Raises InvalidArgument when there is none."""
        found = self.named(name).snapshot().execution
        item = {"executionArn": found.arn, "name": found.name, "status": found.status}
        return self._listed({**item, "startDate": found.started, "stopDate": found.ended}).run

    def _listed(self, item: Item) -> Listed:
        fields = tuple(sorted(item.items()))
        if item["status"] != _RUNNING:
            return Listed(run=self._ended(fields), state="")
        state = execution.current_state(self._states, item["executionArn"])
        return Listed(run=self._read(fields), state=state)

    def _read(self, fields: Iterable[tuple[str, Any]]) -> Run:
        return self._environment.runs.read(dict(fields))

    def _find(self, name: str) -> LiveExecution:
        """Raises InvalidArgument when there is none of this name."""
        found = execution.find(self._states, self._machine, name, env=self._environment.name)
        clients = {name: self._environment.client(name) for name in ("logs", "sagemaker")}
        return LiveExecution(self._states, arn=found.arn, **clients)
