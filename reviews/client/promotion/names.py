"""The default names of executions that train nothing; of at most 24 characters, so that they are
also the run ids (contract/names.py)."""

from datetime import UTC, datetime


def promotion(now: datetime | None = None) -> str:
    """The name of a promotion, such as promote-20261130-184502 (UTC)."""
    return _timed("promote", now)


def rollback(now: datetime | None = None) -> str:
    """The name of a rollback, such as rollback-20261130-184502 (UTC)."""
    return _timed("rollback", now)


def _timed(word: str, now: datetime | None) -> str:
    return f"{word}-{(now or datetime.now(UTC)):%Y%m%d-%H%M%S}"
