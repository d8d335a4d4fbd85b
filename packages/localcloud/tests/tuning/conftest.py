"""`tuning` starts tuning jobs and waits for them."""

from worlds.tuning import tuning

__all__ = ["tuning"]
