"""The executions of the environment's state machine."""

from functools import lru_cache
from typing import Any

from reviews.client.environment import Environment
from reviews.client.errors import InvalidArgument
from reviews.client.runs import execution
from reviews.console.live import LiveExecution

_PAGE = 50
_CACHED = 8  # executions whose events are not read again from the first one


class Executions:
    def __init__(self, environment: Environment) -> None:
        self._environment, self._machine = environment, environment.outputs.state_machine_arn
        self.named = lru_cache(_CACHED)(self._find)

    def page(self, token: str = "") -> dict[str, Any]:
        """A page of ListExecutions, newest first; with a `nextToken` where there are more.

        Raises InvalidArgument for a token that Step Functions refuses.
        """
        states = self._environment.client("stepfunctions")
        more = {"nextToken": token} if token else {}
        try:
            answer: dict[str, Any] = states.list_executions(
                stateMachineArn=self._machine, maxResults=_PAGE, **more
            )
        except states.exceptions.InvalidToken as error:
            raise InvalidArgument(f"after={token}: {error}") from error
        return answer

    def _find(self, name: str) -> LiveExecution:
        """Raises InvalidArgument when there is none of this name."""
        states, logs = self._environment.client("stepfunctions"), self._environment.client("logs")
        return LiveExecution(states, logs, execution.find(states, self._machine, name).arn)
