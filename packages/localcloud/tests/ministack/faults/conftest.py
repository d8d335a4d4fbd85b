"""Fixtures of an embedded AWS whose faults are removed after each test."""

from worlds.faulty_cloud import _all_goes_well_again, client, function

__all__ = ["_all_goes_well_again", "client", "function"]
