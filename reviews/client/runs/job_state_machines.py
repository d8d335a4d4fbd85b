"""The state machines of one job, beside that of the pipeline: batch scoring and drift reports."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from secrets import token_hex
from typing import Any

from reviews.client.aws.connection import Connection
from reviews.client.errors import NotDeployed
from reviews.client.shell import reviews_command


def machine_arn(connection: Connection, name: str) -> str:
    """The ARN of the environment's state machine of this name. Raises NotDeployed."""
    return f"{connection.outputs.state_machine_arn.rpartition(':')[0]}:{name}"


def new_name(word: str) -> str:
    """A name of the present moment (UTC), such as score-261130-104500-3f2a. Its last four digits
    are random, so that two who start at once get different names.

    With a word of five letters it has 24 characters, so that it is also its id (contract/names.py).
    """
    return f"{word}-{datetime.now(UTC):%y%m%d-%H%M%S}-{token_hex(2)}"


@contextmanager
def deployed(states: Any, environment: str, purpose: str) -> Iterator[None]:
    """Surrounds calls to a state machine, which an environment of an earlier version may lack.

    Raises NotDeployed for such an environment; `purpose` is a verb, such as compare.
    """
    try:
        yield
    except states.exceptions.StateMachineDoesNotExist as error:
        deploy = reviews_command("deploy", env=environment)
        raise NotDeployed(
            f"{environment} was deployed before it could {purpose}. Deploy it: {deploy}"
        ) from error
