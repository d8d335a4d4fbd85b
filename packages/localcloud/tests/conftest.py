"""Shared by all tests of localcloud."""

from worlds.no_real_aws import no_real_aws

__all__ = ["no_real_aws"]
