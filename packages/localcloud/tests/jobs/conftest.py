"""`jobs` runs jobs in the process of the tests, where their constants can be changed."""

from worlds.job_world import jobs

__all__ = ["jobs"]
