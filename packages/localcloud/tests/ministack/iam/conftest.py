"""`world` is an embedded AWS that enforces IAM, with a plain and an encrypted bucket."""

from worlds.enforced_iam import key, world

__all__ = ["key", "world"]
