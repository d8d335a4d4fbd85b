"""Fixtures of all tests of localcloud: `world` is an embedded AWS with a role and a bucket."""

from worlds.execution_world import cloud, world
from worlds.no_real_aws import no_real_aws

__all__ = ["cloud", "no_real_aws", "world"]
