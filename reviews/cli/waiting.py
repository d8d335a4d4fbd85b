"""Waiting for what goes on in AWS without the command that waits."""

from collections.abc import Iterator
from contextlib import contextmanager

from botocore.exceptions import BotoCoreError, ClientError

from reviews.cli.output import note
from reviews.client.errors import Interrupted


@contextmanager
def goes_on(again: str) -> Iterator[None]:
    """Says `again`, how to come back, where the waiting ends before what it waits for: by Ctrl-C,
    for which it raises Interrupted, or by an error of AWS. In hours credentials expire, and
    connections are lost."""
    try:
        yield
    except KeyboardInterrupt as error:
        raise Interrupted(again) from error
    except (BotoCoreError, ClientError):
        note(again)
        raise
