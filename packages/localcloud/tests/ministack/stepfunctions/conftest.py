"""`machines` makes state machines and runs them."""

from worlds.machines import machines

__all__ = ["machines"]
